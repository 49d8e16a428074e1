using System.Globalization;
using System.Security.Cryptography;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Tunnels;

/// <summary>
/// The greatest timestamp that a private key's initiations ever carried, kept in a file of the key's own: after a restart with a clock that went
/// back peers would else take our handshakes for replays. Without a folder nothing is kept.
/// </summary>
internal sealed class HandshakeStampFile
{
    private readonly string? _path;
    private HandshakeStamp _written;

    /// <param name="folder">Null: keep nothing.</param>
    /// <param name="publicKey">Names the file, by its hash.</param>
    public HandshakeStampFile(string? folder, ReadOnlySpan<byte> publicKey) =>
        _path = folder is null ? null : Path.Combine(folder, "wireguard", $"{Convert.ToHexStringLower(SHA256.HashData(publicKey)[..8])}.stamp");

    /// <summary>The default where nothing (readable) was kept.</summary>
    public HandshakeStamp Read()
    {
        try
        {
            return _path is not null && UInt128.TryParse(File.ReadAllText(_path).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
                ? _written = new HandshakeStamp(bits)
                : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>Keeps a stamp, where it is a new one.</summary>
    /// <returns>False: the folder cannot be written.</returns>
    public bool Write(HandshakeStamp stamp)
    {
        if (_path is null || stamp <= _written)
            return true;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllText(_path + ".new", stamp.Bits.ToString("x", CultureInfo.InvariantCulture));
            File.Move(_path + ".new", _path, overwrite: true);
            _written = stamp;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
