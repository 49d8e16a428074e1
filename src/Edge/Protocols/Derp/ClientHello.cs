using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>What a client tells of itself, sealed for the server: the JSON in ClientInfo.</summary>
/// <param name="IsMesh">It has the server's mesh key.</param>
/// <param name="CanAckPings">It answers pings.</param>
/// <param name="IsProber">It is there to measure.</param>
/// <param name="Version">Of the protocol.</param>
internal readonly record struct ClientHello(bool IsMesh, bool CanAckPings, bool IsProber, long Version)
{
    private const int MaxDepth = 16;

    /// <summary>Opens a ClientInfo's body.</summary>
    /// <param name="server">The server's key.</param>
    /// <param name="mesh">The key that makes a client a mesh peer; null: there is no mesh.</param>
    /// <param name="body">Key, nonce and box.</param>
    /// <param name="client">Who it is: proven by the box.</param>
    /// <param name="hello">What it says.</param>
    /// <returns>False: the box was not sealed by that key for this server, or it holds something else.</returns>
    public static bool TryOpen(PrivateKey server, MeshKey? mesh, ReadOnlySpan<byte> body, out PublicKey client, out ClientHello hello)
    {
        (client, hello) = (default, default);
        if (!DerpClientInfo.TryRead(body, out var info) || info.Box.Length < CryptoBox.TagSize)
            return false;
        client = new PublicKey(info.Client);
        var json = new byte[info.Box.Length - CryptoBox.TagSize];
        try
        {
            return CryptoBox.Open(server.KeyPair.PrivateKey, info.Client, info.Nonce, info.Box, json) && TryParse(json, mesh, out hello);
        }
        finally
        {
            // The mesh key may be in it.
            CryptographicOperations.ZeroMemory(json);
        }
    }

    /// <summary>Bytes of the JSON, at most.</summary>
    public static int JsonSize(bool hasMesh, string? application) => 96 + (hasMesh ? 2 * MeshKey.Size + 16 : 0) + 6 * (application?.Length ?? 0);

    /// <summary>The JSON as the stock client writes it: its fields in its order, those that are empty left out.</summary>
    public static void Write(IBufferWriter<byte> output, MeshKey? mesh, bool canAckPings, bool isProber, string? application)
    {
        Span<byte> key = stackalloc byte[2 * MeshKey.Size];
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (mesh is not null)
        {
            mesh.WriteHex(key);
            json.WriteString("meshKey"u8, key);
            CryptographicOperations.ZeroMemory(key);
        }
        json.WriteNumber("version"u8, DerpLimits.ProtocolVersion);
        json.WriteBoolean("CanAckPings"u8, canAckPings);
        if (isProber)
            json.WriteBoolean("IsProber"u8, true);
        if (!string.IsNullOrEmpty(application))
            json.WriteString("AppName"u8, application);
        json.WriteEndObject();
    }

    private static bool TryParse(ReadOnlySpan<byte> text, MeshKey? mesh, out ClientHello hello)
    {
        hello = default;
        var (isMesh, canAckPings, isProber, version) = (false, false, false, 0L);
        try
        {
            var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!json.Read() || json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
                return false;
            while (json.TokenType != JsonTokenType.Null && json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var field = HelloField.Of(json);
                json.Read();
                switch (field)
                {
                    case HelloField.MeshKey:
                        if (!TryReadMeshKey(ref json, mesh, out isMesh))
                            return false;
                        break;
                    case HelloField.Version:
                        if (json.TokenType != JsonTokenType.Null && (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out version)))
                            return false;
                        break;
                    case HelloField.CanAckPings:
                        if (!HelloField.TryReadBoolean(json, ref canAckPings))
                            return false;
                        break;
                    case HelloField.IsProber:
                        if (!HelloField.TryReadBoolean(json, ref isProber))
                            return false;
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }
            // Nothing may follow: Go's decoder of whole texts says so too.
            if (json.Read())
                return false;
        }
        catch (JsonException)
        {
            return false;
        }
        hello = new ClientHello(isMesh, canAckPings, isProber, version);
        return true;
    }

    // A key that is none refuses the client, as the stock relay does; one that is another's makes it an ordinary client.
    private static bool TryReadMeshKey(ref Utf8JsonReader json, MeshKey? mesh, out bool isMesh)
    {
        isMesh = false;
        if (json.TokenType == JsonTokenType.Null)
            return true;
        if (json.TokenType != JsonTokenType.String || json.HasValueSequence)
            return false;
        if (json.ValueSpan.IsEmpty)
            return true;
        Span<byte> bytes = stackalloc byte[MeshKey.Size];
        var isKey = json.ValueSpan.Length == 2 * MeshKey.Size && Convert.FromHexString(json.ValueSpan, bytes, out _, out _) == OperationStatus.Done;
        CryptographicOperations.ZeroMemory(bytes);
        isMesh = isKey && mesh is not null && mesh.IsIn(json.ValueSpan);
        return isKey;
    }
}
