using System.Security.Cryptography;
using System.Text;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Orb;

namespace Edge.Relay;

/// <summary>The relay's private key, kept in a file that only its owner reads: clients know a relay by it.</summary>
internal static class RelayKey
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Prefix = "privkey:";

    /// <summary>Reads the key, or makes one where there is none.</summary>
    /// <param name="folder">Where; null: nowhere, a new one each time.</param>
    /// <param name="entropy">For a new one.</param>
    /// <exception cref="OrbException">The file cannot be used.</exception>
    public static PrivateKey Load(string? folder, EntropySource entropy)
    {
        if (folder is null)
            return New(entropy, out _);
        var path = Path.Combine(folder, "relay.key");
        try
        {
            if (File.Exists(path))
            {
                return PrivateKey.TryParseHex(File.ReadAllText(path).Trim(), out var kept)
                    ? kept
                    : throw new OrbException($"the relay's key `{path}` is damaged", "Restore it from a backup; or delete it, and clients will have to learn the new one.");
            }
            var key = New(entropy, out var text);
            Write(path, text);
            CryptographicOperations.ZeroMemory(text);
            return key;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OrbException($"the relay's key `{path}` cannot be kept: {FileFault.Describe(failure)}", "Give a folder that edge may write to with `--state DIR`.", inner: failure);
        }
    }

    /// <summary>Writes a file that only its owner reads, whole or not at all.</summary>
    public static void Write(string path, ReadOnlySpan<byte> text)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(text);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static PrivateKey New(EntropySource entropy, out byte[] text)
    {
        Span<byte> bytes = stackalloc byte[PrivateKey.Size];
        entropy.Fill(bytes);
        // RFC 7748 section 5: clamped as it will be used, so that other programs take it too.
        bytes[0] &= 248;
        bytes[31] = (byte)((bytes[31] & 127) | 64);
        text = new byte[Prefix.Length + 2 * PrivateKey.Size + 1];
        Encoding.ASCII.GetBytes(Prefix, text);
        Convert.TryToHexStringLower(bytes, text.AsSpan(Prefix.Length), out _);
        text[^1] = (byte)'\n';
        var key = new PrivateKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }
}
