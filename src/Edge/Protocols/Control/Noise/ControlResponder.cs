using Edge.Crypto;
using Edge.Crypto.Noise;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Control.Noise;

/// <summary>The server's side of the control channel's handshake. Each instance makes one channel.</summary>
/// <param name="serverKey">The server's; only referred to, must live until the channel is open.</param>
internal sealed class ControlResponder(X25519KeyPair serverKey) : IDisposable
{
    private const int VersionSize = sizeof(ushort);

    private readonly NoiseHandshake _handshake = new(NoiseProtocol.IK);

    /// <summary>The client's capability version; bound by the handshake.</summary>
    public ushort Version { get; private set; }

    /// <summary>Whose initiation was read.</summary>
    public KeyOf<MachineKind> MachineKey { get; private set; }

    /// <summary>Takes the client's initiation.</summary>
    /// <param name="message">What the client sent.</param>
    /// <returns><see cref="ControlHandshakeVerdict.Complete"/>: <see cref="WriteResponse"/> may follow.</returns>
    public ControlHandshakeVerdict ReadInitiation(ReadOnlySpan<byte> message)
    {
        // Version and the common header: what the real server reads first, and answers with an error frame if it does not like it.
        if (message.Length < VersionSize + ControlNoiseHeader.Size || !ControlNoiseHeader.TryRead(message[VersionSize..], out var header))
            return ControlHandshakeVerdict.NeedMore;
        if (header.Type != ControlNoiseType.Initiation)
            return ControlHandshakeVerdict.WrongType;
        if (header.Length != ControlNoiseInitiation.Size - VersionSize - ControlNoiseHeader.Size)
            return ControlHandshakeVerdict.WrongLength;
        if (!ControlNoiseInitiation.TryRead(message, out var initiation))
            return ControlHandshakeVerdict.NeedMore;
        Version = initiation.ProtocolVersion;
        Span<byte> prologue = stackalloc byte[ControlPrologue.MostBytes];
        _handshake.StartResponder(prologue[..ControlPrologue.Write(prologue, Version)], serverKey);
        if (!_handshake.ReadMessage(message[(VersionSize + ControlNoiseHeader.Size)..ControlNoiseInitiation.Size], default))
            return ControlHandshakeVerdict.NotGenuine;
        MachineKey = new(new PublicKey(_handshake.RemoteStatic));
        return ControlHandshakeVerdict.Complete;
    }

    /// <summary>Writes the response and opens the channel.</summary>
    /// <param name="ephemeral">32 random bytes, never used before.</param>
    /// <param name="message">Receives <see cref="ControlNoiseResponse.Size"/> bytes.</param>
    /// <returns>The channel, the caller's to dispose; null: the client's key is no key that can be agreed with.</returns>
    public ControlChannel? WriteResponse(ReadOnlySpan<byte> ephemeral, Span<byte> message)
    {
        Span<byte> noise = stackalloc byte[NoiseProtocol.ResponseOverhead];
        if (!_handshake.WriteMessage(ephemeral, default, noise))
            return null;
        ControlNoiseResponse.Write(message, noise[..32], noise[32..]);
        return ControlChannel.Of(_handshake);
    }

    public void Dispose() => _handshake.Dispose();
}
