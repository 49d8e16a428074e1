namespace Edge.Node.Tailnet.State;

/// <summary>`mem:`: nothing outlives the process.</summary>
internal sealed class MemoryStore : IStateStore
{
    private readonly Dictionary<string, byte[]> _pieces = [];

    public byte[]? Read(string name) => _pieces.GetValueOrDefault(name);

    public void Write(string name, ReadOnlySpan<byte> content) => _pieces[name] = content.ToArray();

    public string SetAside(string name)
    {
        _pieces.Remove(name);
        return "nowhere: the state is kept in memory";
    }
}
