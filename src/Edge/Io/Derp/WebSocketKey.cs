using System.Security.Cryptography;
using System.Text;

namespace Edge.Io.Derp;

/// <summary>The proof that a WebSocket handshake was understood (RFC 6455 section 1.3).</summary>
internal static class WebSocketKey
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <param name="key">Sec-WebSocket-Key.</param>
    /// <returns>Sec-WebSocket-Accept.</returns>
#pragma warning disable CA5350 // The protocol's hash; nothing is secured by it.
    public static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
}
