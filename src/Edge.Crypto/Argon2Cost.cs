namespace Edge.Crypto;

/// <summary>What verifying a password against a hash of Argon2 takes.</summary>
/// <param name="Memory">In KiB.</param>
/// <param name="Passes">How often all of it is gone through.</param>
/// <param name="Lanes">The parts that could be computed side by side.</param>
public readonly record struct Argon2Cost(int Memory, int Passes, int Lanes);
