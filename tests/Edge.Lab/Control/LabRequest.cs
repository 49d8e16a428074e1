using System.Text.Json.Nodes;
using Edge.Foundation.Keys;

namespace Edge.Lab.Control;

/// <summary>What the server was asked.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Target">Method, path and query.</param>
/// <param name="Machine">Who asks; zero outside of a channel.</param>
/// <param name="Body">Its JSON; null: there is none.</param>
internal sealed record LabRequest(LabRequestKind Kind, string Target, KeyOf<MachineKind> Machine, JsonObject? Body);
