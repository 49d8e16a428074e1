namespace Edge.Node.Tailnet.State;

/// <summary>Where a node keeps what must outlive it: few, small, named pieces.</summary>
internal interface IStateStore
{
    /// <summary>What was written last under this name; null: nothing.</summary>
    /// <exception cref="IOException">It cannot be read; the message says where and why.</exception>
    byte[]? Read(string name);

    /// <summary>Keeps all of it or, when this throws, what was there before.</summary>
    /// <exception cref="IOException">It cannot be written; the message says where and why.</exception>
    void Write(string name, ReadOnlySpan<byte> content);

    /// <summary>Puts what nobody can read out of the way, for people to look at.</summary>
    /// <returns>Where it is now.</returns>
    string SetAside(string name);
}
