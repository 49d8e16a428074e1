namespace Edge.Node.Tailnet.State.Kubernetes;

/// <summary>What becomes of one piece of a Secret's data.</summary>
/// <param name="Name">Of the piece.</param>
/// <param name="Content">Null: it goes.</param>
internal sealed record SecretChange(string Name, byte[]? Content);
