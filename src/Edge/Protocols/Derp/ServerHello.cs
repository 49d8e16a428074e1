using System.Buffers;
using System.Text.Json;
using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>What a server tells a client, sealed for it: the JSON in ServerInfo.</summary>
/// <param name="Version">Of the protocol; 0: it did not say.</param>
/// <param name="BytesPerSecond">What the client may send on average; 0: as much as it likes.</param>
/// <param name="BytesBurst">What it may send at once.</param>
internal readonly record struct ServerHello(int Version, int BytesPerSecond, int BytesBurst)
{
    private const int MaxDepth = 16;

    /// <summary>Bytes of the JSON, at most.</summary>
    public const int JsonSize = 128;

    /// <summary>Opens a ServerInfo's body.</summary>
    /// <returns>False: it was not sealed by that server for this client, or it is no such JSON.</returns>
    public static bool TryOpen(PrivateKey client, in PublicKey server, ReadOnlySpan<byte> body, out ServerHello hello)
    {
        hello = default;
        if (!DerpServerInfo.TryRead(body, out var info) || info.Box.Length < CryptoBox.TagSize)
            return false;
        var json = new byte[info.Box.Length - CryptoBox.TagSize];
        return CryptoBox.Open(client.KeyPair.PrivateKey, server.Bytes, info.Nonce, info.Box, json) && TryParse(json, out hello);
    }

    /// <summary>Writes the JSON as the stock server does.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("version"u8, Version);
        if (BytesPerSecond > 0)
        {
            json.WriteNumber("TokenBucketBytesPerSecond"u8, BytesPerSecond);
            json.WriteNumber("TokenBucketBytesBurst"u8, BytesBurst);
        }
        json.WriteEndObject();
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out ServerHello hello)
    {
        hello = default;
        var (version, bytesPerSecond, bytesBurst) = (0, 0, 0);
        try
        {
            var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!json.Read() || json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
                return false;
            while (json.TokenType != JsonTokenType.Null && json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var field = HelloField.Of(json);
                json.Read();
                var isRead = field switch
                {
                    HelloField.Version => TryReadNumber(json, ref version),
                    HelloField.BytesPerSecond => TryReadNumber(json, ref bytesPerSecond),
                    HelloField.BytesBurst => TryReadNumber(json, ref bytesBurst),
                    _ => true,
                };
                if (!isRead)
                    return false;
                json.Skip();
            }
            if (json.Read())
                return false;
        }
        catch (JsonException)
        {
            return false;
        }
        hello = new ServerHello(version, bytesPerSecond, bytesBurst);
        return true;
    }

    private static bool TryReadNumber(in Utf8JsonReader json, ref int value)
    {
        if (json.TokenType == JsonTokenType.Null)
            return true;
        if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var number))
            return false;
        value = (int)Math.Clamp(number, 0, int.MaxValue);
        return true;
    }
}
