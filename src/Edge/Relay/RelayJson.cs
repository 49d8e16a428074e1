using System.Text.Json.Serialization;

namespace Edge.Relay;

[JsonSerializable(typeof(DerpMapDocument))]
[JsonSerializable(typeof(Dictionary<string, List<string>>))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Serialization)]
internal sealed partial class RelayJson : JsonSerializerContext;
