using System.Text;
using Edge.Crypto;
using Edge.Crypto.Noise;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Control.Noise;

/// <summary>
/// The client's side of the control channel's handshake: Noise IK, one initiation and one response (tailscale v1.96.5, control/controlbase).
/// Each instance makes one channel.
/// </summary>
internal sealed class ControlInitiator : IDisposable
{
    private readonly NoiseHandshake _handshake = new(NoiseProtocol.IK);
    private readonly X25519KeyPair _machineKey;
    private readonly KeyOf<MachineKind> _serverKey;
    private readonly ushort _version;

    /// <param name="machineKey">Ours; only referred to, must live until the channel is open.</param>
    /// <param name="serverKey">As the server's <c>/key</c> told it over verified TLS.</param>
    /// <param name="version">Mostly <see cref="CapabilityVersion.Current"/>.</param>
    public ControlInitiator(X25519KeyPair machineKey, KeyOf<MachineKind> serverKey, ushort version)
    {
        _machineKey = machineKey;
        _serverKey = serverKey;
        _version = version;
    }

    /// <summary>Writes the initiation; may be called again, with another ephemeral key, as long as no response was taken.</summary>
    /// <param name="ephemeral">32 random bytes, never used before.</param>
    /// <param name="message">Receives <see cref="ControlNoiseInitiation.Size"/> bytes.</param>
    /// <returns>False: the server's key is no key that can be agreed with.</returns>
    public bool WriteInitiation(ReadOnlySpan<byte> ephemeral, Span<byte> message)
    {
        Span<byte> prologue = stackalloc byte[ControlPrologue.MostBytes];
        _handshake.StartInitiator(prologue[..ControlPrologue.Write(prologue, _version)], _machineKey, _serverKey.Key.Bytes);
        Span<byte> noise = stackalloc byte[NoiseProtocol.InitiationOverhead];
        if (!_handshake.WriteMessage(ephemeral, default, noise))
            return false;
        ControlNoiseInitiation.Write(message, _version, noise[..32], noise[32..80], noise[80..]);
        return true;
    }

    /// <summary>Takes what the server sent, as much as there is.</summary>
    /// <param name="received">From the first byte behind the upgrade's answer.</param>
    /// <param name="consumed">Bytes of the response; what is behind them belongs to the channel. 0 unless complete.</param>
    /// <param name="channel">The open channel, the caller's to dispose; null unless complete.</param>
    /// <param name="refusal">What the server said; null unless it refused.</param>
    public ControlHandshakeVerdict ReadResponse(ReadOnlySpan<byte> received, out int consumed, out ControlChannel? channel, out string? refusal)
    {
        (consumed, channel, refusal) = (0, null, null);
        if (!ControlNoiseHeader.TryRead(received, out var header))
            return ControlHandshakeVerdict.NeedMore;
        if (header.Type == ControlNoiseType.Error)
        {
            if (!ControlNoiseError.TryRead(received, out var error))
                return header.Length > ControlChannel.MostBodyBytes ? ControlHandshakeVerdict.WrongLength : ControlHandshakeVerdict.NeedMore;
            refusal = Encoding.UTF8.GetString(error.Text);
            return ControlHandshakeVerdict.Refused;
        }
        if (header.Type != ControlNoiseType.Response)
            return ControlHandshakeVerdict.WrongType;
        if (header.Length != ControlNoiseResponse.Size - ControlNoiseHeader.Size)
            return ControlHandshakeVerdict.WrongLength;
        if (received.Length < ControlNoiseResponse.Size)
            return ControlHandshakeVerdict.NeedMore;
        if (!_handshake.ReadMessage(received[ControlNoiseHeader.Size..ControlNoiseResponse.Size], default))
            return ControlHandshakeVerdict.NotGenuine;
        consumed = ControlNoiseResponse.Size;
        channel = ControlChannel.Of(_handshake);
        return ControlHandshakeVerdict.Complete;
    }

    public void Dispose() => _handshake.Dispose();
}
