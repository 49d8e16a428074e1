using System.Buffers.Text;

namespace Edge.Protocols.Control.Noise;

/// <summary>What both sides mix in first (tailscale v1.96.5, control/controlbase/handshake.go): it binds the version, which travels in the clear.</summary>
internal static class ControlPrologue
{
    public const int MostBytes = 28 + 5;

    /// <param name="destination">At least <see cref="MostBytes"/>.</param>
    /// <param name="version">The capability version of the initiation.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ushort version)
    {
        var text = "Tailscale Control Protocol v"u8;
        text.CopyTo(destination);
        if (!Utf8Formatter.TryFormat(version, destination[text.Length..], out var digits))
            throw new ArgumentException("no room for the prologue", nameof(destination));
        return text.Length + digits;
    }
}
