namespace Edge.Crypto;

/// <summary>Whose ChaCha20-Poly1305 an <see cref="AeadContext"/> calls.</summary>
public enum AeadImplementation
{
    /// <summary>libsodium: on every machine, because it is shipped with the executable or linked in.</summary>
    Sodium,

    /// <summary>OpenSSL's libcrypto by EVP with contexts kept.</summary>
    OpenSsl,
}
