using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>DERP frames against their recorded decoding, and streams of them as a real client reads them.</summary>
public sealed class DerpFrameTests
{
    [Test]
    public async Task Recorded_frames_decode_to_the_recorded_fields()
    {
        var frames = Vectors.Json("derp", "sessions.json").EnumerateArray()
            .SelectMany(s => s.GetProperty("clients").EnumerateArray())
            .SelectMany(c => c.GetProperty("frames").EnumerateArray()).ToArray();
        foreach (var frame in frames)
            await Assert.That(Decode(frame.Hex("frame"))).IsEqualTo(Expected(frame)).Because(frame.Text("name"));
        await Assert.That(frames.Length).IsGreaterThan(300);
    }

    [Test]
    public async Task A_client_reads_the_messages_that_the_real_one_returns()
    {
        foreach (var verdict in Vectors.Json("derp", "client_receive.json").EnumerateArray().Where(v => v.Has("messages") && !v.Text("why").StartsWith("server info", StringComparison.Ordinal)))
        {
            var expected = verdict.GetProperty("messages").EnumerateArray().Select(Message);
            await Assert.That(string.Join('\n', Receive(verdict.Hex("bytes")))).IsEqualTo(string.Join('\n', expected)).Because(verdict.Text("why"));
        }
    }

    [Test]
    public async Task The_boundary_of_a_frame_that_is_not_whole_is_known_from_its_header()
    {
        var huge = Vectors.Json("derp", "client_receive.json").EnumerateArray().Single(v => v.Text("why") == "a frame announcing 1 MiB + 1").Hex("bytes");
        DerpFrameHeader.TryRead(huge, out var header);
        var length = header.Length;
        await Assert.That(length).IsEqualTo(1048577u);
    }

    private static string Decode(byte[] frame)
    {
        DerpFrameHeader.TryRead(frame, out var header);
        var body = frame.AsSpan(DerpFrameHeader.Size);
        if (header.Length != body.Length)
            return "wrong length";
        return header.Type switch
        {
            DerpFrameType.ServerKey when DerpServerKey.TryRead(body, out var m) => $"ServerKey {Hex(m.Server)}",
            DerpFrameType.ClientInfo when DerpClientInfo.TryRead(body, out var m) => $"ClientInfo {Hex(m.Client)} {Hex(m.Nonce)}",
            DerpFrameType.ServerInfo when DerpServerInfo.TryRead(body, out var m) => $"ServerInfo {Hex(m.Nonce)}",
            DerpFrameType.SendPacket when DerpSendPacket.TryRead(body, out var m) => $"SendPacket {Hex(m.Destination)} {Hex(m.Packet)}",
            DerpFrameType.RecvPacket when DerpRecvPacket.TryRead(body, out var m) => $"RecvPacket {Hex(m.Source)} {Hex(m.Packet)}",
            DerpFrameType.ForwardPacket when DerpForwardPacket.TryRead(body, out var m) => $"ForwardPacket {Hex(m.Source)} {Hex(m.Destination)} {Hex(m.Packet)}",
            DerpFrameType.NotePreferred when DerpNotePreferred.TryRead(body, out var m) => $"NotePreferred {m.Preferred}",
            DerpFrameType.PeerGone when DerpPeerGone.TryRead(body, out var m) => $"PeerGone {Hex(m.Peer)} {(byte)m.Reason}",
            DerpFrameType.PeerPresent when DerpPeerPresent.TryRead(body, out var m) => $"PeerPresent {Hex(m.Peer)} {(m.HasEndpoint ? Endpoint(m.Endpoint) : "")} {(byte)m.Flags}",
            DerpFrameType.ClosePeer when DerpClosePeer.TryRead(body, out var m) => $"ClosePeer {Hex(m.Peer)}",
            DerpFrameType.Ping when DerpPing.TryRead(body, out var m) => $"Ping {Hex(m.Data)}",
            DerpFrameType.Pong when DerpPing.TryRead(body, out var m) => $"Pong {Hex(m.Data)}",
            DerpFrameType.Health => $"Health {Encoding.UTF8.GetString(body)}",
            DerpFrameType.Restarting when DerpRestarting.TryRead(body, out var m) => $"Restarting {m.ReconnectIn} {m.TryFor}",
            DerpFrameType.WatchConnections => "WatchConns",
            DerpFrameType.KeepAlive => "KeepAlive",
            _ => "skipped",
        };
    }

    private static string Expected(JsonElement frame)
    {
        var name = frame.Text("name");
        return name switch
        {
            "ServerKey" => $"{name} {frame.Text("server_public")}",
            "ClientInfo" => $"{name} {frame.Text("client_public")} {frame.Text("nonce")}",
            "ServerInfo" => $"{name} {frame.Text("nonce")}",
            "SendPacket" => $"{name} {frame.Text("dst")} {frame.Text("packet")}",
            "RecvPacket" => $"{name} {frame.Text("src")} {frame.Text("packet")}",
            "ForwardPacket" => $"{name} {frame.Text("src")} {frame.Text("dst")} {frame.Text("packet")}",
            "NotePreferred" => $"{name} {frame.GetProperty("preferred").GetBoolean()}",
            "PeerGone" => $"{name} {frame.Text("peer")} {frame.GetProperty("reason")}",
            "PeerPresent" => $"{name} {frame.Text("peer")} {(frame.Has("addr") ? frame.Text("addr") : "")} {frame.GetProperty("flags")}",
            "ClosePeer" => $"{name} {frame.Text("peer")}",
            "Ping" or "Pong" => $"{name} {frame.Text("data")}",
            _ => name,
        };
    }

    /// <summary>What the real client returned from Recv; its "type" is the frame's name.</summary>
    private static string Message(JsonElement message)
    {
        var type = message.Text("type");
        return type switch
        {
            "Health" => $"Health {message.Text("problem")}",
            "Restarting" => $"Restarting {message.GetProperty("reconnect_in_ms")} {message.GetProperty("try_for_ms")}",
            "RecvPacket" => $"RecvPacket {message.Text("src")} {message.Text("packet")}",
            "PeerGone" => $"PeerGone {message.Text("peer")} {message.GetProperty("reason")}",
            "PeerPresent" => $"PeerPresent {message.Text("peer")} {(message.Has("addr") ? message.Text("addr") : "")} {message.GetProperty("flags")}",
            "Ping" or "Pong" => $"{type} {message.Text("data")}",
            _ => type,
        };
    }

    /// <summary>The whole frames of a stream that a client knows, in order.</summary>
    private static List<string> Receive(ReadOnlySpan<byte> stream)
    {
        var messages = new List<string>();
        while (DerpFrameHeader.TryRead(stream, out var header) && header.Length <= stream.Length - DerpFrameHeader.Size)
        {
            var frame = stream[..(DerpFrameHeader.Size + (int)header.Length)];
            var toClients = header.Type is not (DerpFrameType.SendPacket or DerpFrameType.ForwardPacket or DerpFrameType.ClientInfo or DerpFrameType.NotePreferred
                or DerpFrameType.WatchConnections or DerpFrameType.ClosePeer);
            if (toClients && Decode(frame.ToArray()) is var message and not "skipped")
                messages.Add(message);
            stream = stream[frame.Length..];
        }
        return messages;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Endpoint(DiscoEndpoint endpoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, endpoint.Address);
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, endpoint.Port).ToString();
    }
}
