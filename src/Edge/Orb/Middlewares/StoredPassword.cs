using System.Security.Cryptography;
using System.Text;
using Edge.Crypto;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Middlewares;

/// <summary>
/// One user's password, as text or as a hash of Argon2id. What was right for a hash is remembered for a short while, as a keyed hash, so
/// that a browser which sends it with each request costs the full price now and then only. Safe to use from any thread.
/// </summary>
internal sealed class StoredPassword
{
    private const int MostMemory = 256 * 1024;
    private const int MostPasses = 20;
    private const int MostLanes = 16;

    private static readonly TimeSpan s_rememberFor = TimeSpan.FromMinutes(1);

    // What looks like a hash and is none that we can verify would be taken for a password otherwise, which nobody knows.
    private static readonly string[] s_others = ["$argon2", "$2a$", "$2b$", "$2y$", "$apr1$", "$1$", "$5$", "$6$", "$y$", "{SHA}", "$scrypt$", "$pbkdf2"];

    private readonly byte[] _digest = new byte[32];
    private readonly byte[] _key;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly byte[] _remembered = new byte[32];
    private long _rememberedAt;
    private bool _hasRemembered;

    /// <param name="user">Whose it is, for messages.</param>
    /// <param name="password">The password, or its hash.</param>
    /// <param name="key">32 bytes that nobody else knows.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OrbException">It is a hash that cannot be verified, or one that costs too much.</exception>
    public StoredPassword(string user, Secret password, byte[] key, TimeProvider time)
    {
        (_key, _time) = (key, time);
        var text = password.Reveal();
        if (text.StartsWith(Argon2id.Prefix, StringComparison.Ordinal))
            Hash = Checked(user, text);
        else if (s_others.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)))
            throw new OrbException($"the password of `{user}` in `BasicAuth` is a hash of another kind than Argon2id", Help, isConfiguration: true);
        else
            Blake2s.Hash(Encoding.UTF8.GetBytes(text), _digest);
    }

    private static string Help => "Make one with `argon2 SALT -id -e`, or give the password itself from the environment.";

    /// <summary>The encoded hash; null: the password is known as text.</summary>
    public string? Hash { get; }

    /// <summary>Whether it is the password that is known as text. Takes the same time for every password of its length.</summary>
    public bool IsText(ReadOnlySpan<byte> password)
    {
        Span<byte> digest = stackalloc byte[32];
        Blake2s.Hash(password, digest);
        return Hash is null & CryptographicOperations.FixedTimeEquals(digest, _digest);
    }

    /// <summary>Whether it was found to be right a short while ago.</summary>
    public bool IsRemembered(ReadOnlySpan<byte> password)
    {
        Span<byte> tag = stackalloc byte[32];
        Blake2s.Mac(_key, password, tag);
        lock (_lock)
            return _hasRemembered && _time.GetElapsedTime(_rememberedAt) < s_rememberFor && CryptographicOperations.FixedTimeEquals(tag, _remembered);
    }

    /// <summary>Remembers what was found to be right.</summary>
    public void Remember(ReadOnlySpan<byte> password)
    {
        lock (_lock)
        {
            Blake2s.Mac(_key, password, _remembered);
            _rememberedAt = _time.GetTimestamp();
            _hasRemembered = true;
        }
    }

    private static string Checked(string user, string text)
    {
        if (!Argon2id.TryReadCost(text, out var cost))
            throw new OrbException($"the password of `{user}` in `BasicAuth` begins like a hash of Argon2id and is none", Help, isConfiguration: true);
        if (cost.Memory > MostMemory || cost.Passes > MostPasses || cost.Lanes > MostLanes)
        {
            throw new OrbException(
                $"the hash of the password of `{user}` in `BasicAuth` takes too much to verify: {cost.Memory} KiB, {cost.Passes} passes, {cost.Lanes} lanes",
                $"Make one with at most {MostMemory} KiB, {MostPasses} passes and {MostLanes} lanes; RFC 9106 recommends 65536 KiB, 3 passes and 4 lanes.", isConfiguration: true);
        }
        return text;
    }
}
