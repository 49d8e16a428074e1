using Edge.Foundation.Keys;
using Edge.Foundation.Wire;
using Edge.Protocols.Control.Json;

namespace Edge.Protocols.Control.Noise;

/// <summary>
/// The JSON that a server may send before HTTP/2 (tailscale v1.96.5, control/ts2021/conn.go and tailcfg.EarlyNoise). Headscale always does.
/// </summary>
internal static class EarlyPayload
{
    /// <summary>The real client takes 10 MiB; what it holds has a hundred bytes.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Looks at the first plaintext from the server.</summary>
    /// <param name="received">As much as there is.</param>
    /// <param name="json">Inside <paramref name="received"/>; empty unless present.</param>
    /// <param name="consumed">Bytes before HTTP/2; 0 unless present.</param>
    public static EarlyPayloadVerdict Inspect(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> json, out int consumed)
    {
        json = default;
        consumed = 0;
        // A frame of HTTP/2 has at least these nine bytes too, and cannot begin with three 0xff.
        if (received.Length < ControlEarlyPayload.Size)
            return EarlyPayloadVerdict.NeedMore;
        if (!ControlEarlyPayload.TryRead(received, out var header))
            return EarlyPayloadVerdict.None;
        if (header.Length > MostBytes)
            return EarlyPayloadVerdict.TooLong;
        var size = ControlEarlyPayload.Size + (int)header.Length;
        if (received.Length < size)
            return EarlyPayloadVerdict.NeedMore;
        json = received[ControlEarlyPayload.Size..size];
        consumed = size;
        return EarlyPayloadVerdict.Present;
    }

    /// <summary>Reads `{"nodeKeyChallenge":"chalpub:…"}`.</summary>
    /// <returns>False: it is no such JSON. A payload without a challenge is well; the key is zero then.</returns>
    public static bool TryReadChallenge(ReadOnlySpan<byte> json, out KeyOf<ChallengeKind> challenge) => ControlJsonReader.TryReadChallenge(json, out challenge);
}
