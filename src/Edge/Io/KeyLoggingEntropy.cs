using System.Text;
using Edge.Foundation;

namespace Edge.Io;

/// <summary>
/// For debugging: writes down what Wireshark needs to decrypt a capture (its WireGuard key log: `wg.keylog_file`). Each ephemeral private key is
/// a draw of 32 bytes; a few other draws have that size too and are listed in vain. Whoever has the file reads the tunnel.
/// </summary>
internal sealed class KeyLoggingEntropy : EntropySource, IDisposable
{
    private const int KeySize = 32;

    private readonly EntropySource _inner;
    private readonly FileStream _file;
    private readonly byte[] _presharedKeys;

    /// <param name="inner">What is drawn from.</param>
    /// <param name="path">Made with mode 0600; must not exist, so that nobody else's file with other rights receives keys.</param>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="peerKeys">The peers' public keys: without them Wireshark cannot tell whom an initiation is for.</param>
    /// <param name="presharedKeys">All that the peers have: each session has one of them.</param>
    /// <exception cref="IOException">It exists, or cannot be made.</exception>
    public KeyLoggingEntropy(EntropySource inner, string path, ReadOnlySpan<byte> privateKey, IEnumerable<byte[]> peerKeys, IEnumerable<byte[]> presharedKeys)
    {
        _inner = inner;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
        _presharedKeys = Encoding.ASCII.GetBytes(string.Concat(presharedKeys.Select(key => Line("PRESHARED_KEY", key))));
        _file.Write(Encoding.ASCII.GetBytes(Line("LOCAL_STATIC_PRIVATE_KEY", privateKey)));
        _file.Write(Encoding.ASCII.GetBytes(string.Concat(peerKeys.Select(key => Line("REMOTE_STATIC_PUBLIC_KEY", key)))));
    }

    public override void Fill(Span<byte> destination)
    {
        _inner.Fill(destination);
        if (destination.Length != KeySize)
            return;
        _file.Write(Encoding.ASCII.GetBytes(Line("LOCAL_EPHEMERAL_PRIVATE_KEY", destination)));
        _file.Write(_presharedKeys);
    }

    public void Dispose() => _file.Dispose();

    private static string Line(string name, ReadOnlySpan<byte> key) => $"{name}={Convert.ToBase64String(key)}\n";
}
