using Edge.Foundation.Keys;

namespace Edge.Protocols.Derp;

/// <summary>What a relay is told before it begins.</summary>
internal sealed record RelayOptions
{
    /// <summary>The relay's key; borrowed for as long as it runs.</summary>
    public required PrivateKey Key { get; init; }

    /// <summary>Who shows this key is a relay of the same region; null: there is no mesh.</summary>
    public MeshKey? Mesh { get; init; }

    /// <summary>Whether each client is asked about before it is taken in; mesh peers are not.</summary>
    public bool AsksAdmission { get; init; }

    /// <summary>What one client may send on average, in bytes a second; 0: as much as it likes. Mesh peers are not limited.</summary>
    public long ClientBytesPerSecond { get; init; }

    /// <summary>What one client may send at once; never less than the longest frame.</summary>
    public long ClientBytesBurst { get; init; }

    /// <summary>What all clients together may send on average, in bytes a second; 0: as much as they like.</summary>
    public long TotalBytesPerSecond { get; init; }
}
