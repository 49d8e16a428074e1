using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Edge.Foundation;
using Edge.Foundation.Keys;

namespace Edge.Node.Tailnet.State;

/// <summary>Who a node is to its control server: its keys, and what it knows of the server. It owns the keys.</summary>
/// <param name="MachineKey">Stays for as long as the state does.</param>
/// <param name="NodeKey">Null: none was made yet.</param>
/// <param name="IsRegistered">The server knows <paramref name="NodeKey"/>.</param>
/// <param name="ServerKey">Zero: not known.</param>
internal sealed record NodeIdentity(PrivateKey MachineKey, PrivateKey? NodeKey, bool IsRegistered, KeyOf<MachineKind> ServerKey) : IDisposable
{
    /// <summary>Of the piece in the store.</summary>
    public const string Name = "identity.json";

    /// <summary>A node that nobody knows.</summary>
    public static NodeIdentity New(EntropySource entropy)
    {
        Span<byte> bytes = stackalloc byte[PrivateKey.Size];
        entropy.Fill(bytes);
        var key = new PrivateKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return new(key, null, IsRegistered: false, default);
    }

    /// <summary>What is kept, or a new one.</summary>
    /// <param name="store">Where.</param>
    /// <param name="entropy">For a new machine key.</param>
    /// <param name="warning">To be told to people; null: nothing.</param>
    /// <exception cref="IOException">It cannot be read at all.</exception>
    public static NodeIdentity Load(IStateStore store, EntropySource entropy, out string? warning)
    {
        warning = null;
        var content = store.Read(Name);
        if (content is null) return New(entropy);
        try
        {
            if (TryParse(content) is { } kept) return kept;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
        var aside = store.SetAside(Name);
        warning = $"the node's kept keys cannot be read: the file is now {aside}, and the node registers as a new one";
        return New(entropy);
    }

    /// <exception cref="IOException">It could not be kept.</exception>
    public void Save(IStateStore store)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteKey(json, "machineKey"u8, MachineKey);
            if (NodeKey is not null)
                WriteKey(json, "nodeKey"u8, NodeKey);
            json.WriteBoolean("registered"u8, IsRegistered);
            if (!ServerKey.Key.IsZero)
                json.WriteString("serverKey"u8, ServerKey.ToString());
            json.WriteEndObject();
        }
        store.Write(Name, output.WrittenSpan);
        output.Clear();
    }

    public void Dispose()
    {
        MachineKey.Dispose();
        NodeKey?.Dispose();
    }

    public override string ToString() => $"{new KeyOf<MachineKind>(MachineKey.PublicKey)}{(IsRegistered ? ", registered" : "")}";

    private static NodeIdentity? TryParse(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (!root.TryGetProperty("machineKey", out var machine) || !PrivateKey.TryParseHex(machine.GetString(), out var machineKey)) return null;
            PrivateKey? nodeKey = null;
            if (root.TryGetProperty("nodeKey", out var node) && !PrivateKey.TryParseHex(node.GetString(), out nodeKey)) return null;
            var isRegistered = root.TryGetProperty("registered", out var registered) && registered.GetBoolean();
            KeyOf<MachineKind> serverKey = default;
            if (root.TryGetProperty("serverKey", out var server) && !KeyOf<MachineKind>.TryParse(server.GetString(), out serverKey)) return null;
            return new(machineKey, nodeKey, isRegistered && nodeKey is not null, serverKey);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void WriteKey(Utf8JsonWriter json, ReadOnlySpan<byte> name, PrivateKey key)
    {
        Span<byte> text = stackalloc byte[8 + 2 * PrivateKey.Size];
        "privkey:"u8.CopyTo(text);
        Convert.TryToHexStringLower(key.KeyPair.PrivateKey, text[8..], out _);
        json.WriteString(name, text);
        CryptographicOperations.ZeroMemory(text);
    }
}
