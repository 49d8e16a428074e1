using Edge.Foundation.Keys;

namespace Edge.Lab.Control;

/// <summary>A registration that waits for a person.</summary>
/// <param name="Id">The last part of its URL.</param>
/// <param name="Machine">Who asks.</param>
/// <param name="User">Who let it in; null: nobody yet.</param>
/// <param name="Refusal">Why it was turned away; empty: it was not.</param>
internal sealed record LabLogin(string Id, KeyOf<MachineKind> Machine, string? User = null, string Refusal = "")
{
    public bool IsDecided => User is not null || Refusal.Length > 0;
}
