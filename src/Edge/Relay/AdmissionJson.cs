using System.Text.Json.Serialization;

namespace Edge.Relay;

/// <summary>What an admission controller is asked.</summary>
/// <param name="NodePublic">The node's key, <c>nodekey:</c> and 64 digits.</param>
/// <param name="Source">The address that it connects from.</param>
internal sealed record AdmissionQuestion(string NodePublic, string Source);

/// <summary>What it answers.</summary>
/// <param name="Allow">Whether the node may use the relay.</param>
internal sealed record AdmissionAnswer(bool Allow);

[JsonSerializable(typeof(AdmissionQuestion))]
[JsonSerializable(typeof(AdmissionAnswer))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
internal sealed partial class AdmissionJson : JsonSerializerContext;
