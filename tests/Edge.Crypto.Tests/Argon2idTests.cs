using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Edge.Crypto.Tests;

public sealed class Argon2idTests
{
    [Test]
    public async Task The_reference_implementations_hashes_are_of_their_passwords_and_of_no_other()
    {
        foreach (JsonElement vector in Vectors.Read("argon2/hashes.json").GetProperty("argon2id").EnumerateArray())
        {
            string hash = vector.Text("hash");
            byte[] password = Encoding.UTF8.GetBytes(vector.Text("password"));
            await Assert.That(Argon2id.TryReadCost(hash, out Argon2Cost cost)).IsTrue().Because(hash);
            await Assert.That(hash).Contains($"m={cost.Memory},t={cost.Passes},p={cost.Lanes}");
            await Assert.That(Argon2id.Verify(hash, password)).IsTrue().Because(hash);
            password[^1] ^= 1;
            await Assert.That(Argon2id.Verify(hash, password)).IsFalse();
            await Assert.That(Argon2id.Verify(hash, [])).IsFalse();
        }
    }

    [Test]
    public async Task An_implementation_that_shares_no_code_agrees()
    {
        var random = new Random(9106);
        for (int round = 0; round < 20; round++)
        {
            (int lanes, int passes, int size) = (random.Next(1, 5), random.Next(1, 4), random.Next(16, 65));
            int memory = random.Next(8 * lanes, 200);
            byte[] password = new byte[random.Next(0, 100)], salt = new byte[random.Next(8, 33)], hash = new byte[size];
            random.NextBytes(password);
            random.NextBytes(salt);
            var generator = new Argon2BytesGenerator();
            generator.Init(new Argon2Parameters.Builder(Argon2Parameters.Argon2id).WithVersion(Argon2Parameters.Version13)
                .WithSalt(salt).WithMemoryAsKB(memory).WithIterations(passes).WithParallelism(lanes).Build());
            generator.GenerateBytes(password, hash);
            string encoded = $"$argon2id$v=19$m={memory},t={passes},p={lanes}${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}";
            await Assert.That(Argon2id.Verify(encoded, password)).IsTrue().Because(encoded);
            hash[0] ^= 1;
            await Assert.That(Argon2id.Verify($"$argon2id$v=19$m={memory},t={passes},p={lanes}${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}", password)).IsFalse();
        }
    }

    [Test]
    [Arguments("")]
    [Arguments("$argon2id$")]
    [Arguments("password")]
    [Arguments("$argon2id$m=256,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$t=1,m=256,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$m=0256,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$m=99999999999,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$m=256,t=1,p=1$c29tZQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    [Arguments("$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQ$ykXS+F+J")]
    [Arguments("$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4=")]
    [Arguments("$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4$")]
    [Arguments("$argon2id$v=19$m=256,t=1,p=1,x=1$c29tZXNhbHQ$ykXS+F+JDwQZ3Z3otzlVzrOhsqDfMUVqsmKogSvBIr4")]
    public async Task What_is_no_hash_of_it_is_refused(string encoded)
    {
        await Assert.That(Argon2id.TryReadCost(encoded, out _)).IsFalse();
        await Assert.That(() => Argon2id.Verify(encoded, [])).Throws<ArgumentException>();
    }

    [Test]
    public async Task Other_kinds_of_Argon2_are_refused()
    {
        foreach (JsonElement hash in Vectors.Read("argon2/hashes.json").GetProperty("other").EnumerateArray())
            await Assert.That(Argon2id.TryReadCost(hash.GetString(), out _)).IsFalse();
    }
}
