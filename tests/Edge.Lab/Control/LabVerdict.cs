namespace Edge.Lab.Control;

/// <summary>What became of a registration.</summary>
/// <param name="Node">Who was let in, or taken out; null: nobody.</param>
/// <param name="LoginId">Of the URL that a person must open; empty: none must.</param>
/// <param name="Error">Why not; empty: no reason.</param>
/// <param name="IsKeyExpired">The node key has ended.</param>
internal sealed record LabVerdict(LabNode? Node = null, string LoginId = "", string Error = "", bool IsKeyExpired = false);
