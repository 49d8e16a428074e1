using System.Text;
using Edge.Foundation.Wire;
using Edge.Protocols.Derp;

namespace Edge.Tests.Derp;

/// <summary>Streams of frames, taken apart for comparing.</summary>
internal static class FrameText
{
    /// <summary>Whole frames, in hexadecimal.</summary>
    public static List<string> Split(ReadOnlySpan<byte> stream)
    {
        var frames = new List<string>();
        while (!stream.IsEmpty)
        {
            DerpFrameHeader.TryRead(stream, out var header);
            var size = DerpFrameHeader.Size + (int)header.Length;
            frames.Add(Convert.ToHexStringLower(stream[..size]));
            stream = stream[size..];
        }
        return frames;
    }

    public static byte[] Frame(DerpFrameType type, params ReadOnlySpan<byte> body) => [(byte)type, .. BigEndian(body.Length), .. body];

    /// <summary>One message as the recordings of a real client have it.</summary>
    public static string Of(in DerpMessage message)
    {
        var peer = Convert.ToHexStringLower(message.Peer.Bytes);
        var body = Convert.ToHexStringLower(message.Body);
        return message.Kind switch
        {
            DerpMessageKind.ServerInfo => $"ServerInfo {message.Server.BytesPerSecond} {message.Server.BytesBurst}",
            DerpMessageKind.Packet => $"RecvPacket {peer} {body}",
            DerpMessageKind.PeerGone => $"PeerGone {peer} {(byte)message.Reason}",
            DerpMessageKind.PeerPresent => $"PeerPresent {peer} {message.Endpoint} {(byte)message.Flags}",
            DerpMessageKind.Health => $"Health {Encoding.UTF8.GetString(message.Body)}",
            DerpMessageKind.Restarting => $"Restarting {message.ReconnectIn.TotalMilliseconds} {message.TryFor.TotalMilliseconds}",
            DerpMessageKind.KeepAlive => "KeepAlive",
            _ => $"{message.Kind} {body}",
        };
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
