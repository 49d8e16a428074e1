namespace Edge.Crypto.Tests;

internal static class Bytes
{
    /// <summary>Asserts the same bytes in the same order; a failure shows both in hexadecimal.</summary>
    public static async Task AreEqual(byte[] actual, byte[] expected) =>
        await Assert.That(Convert.ToHexStringLower(actual)).IsEqualTo(Convert.ToHexStringLower(expected));
}
