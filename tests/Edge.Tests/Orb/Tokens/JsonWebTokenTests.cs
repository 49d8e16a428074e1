using System.Text;
using System.Text.Json;
using Edge.Orb.Tokens;

namespace Edge.Tests.Orb.Tokens;

public sealed class JsonWebTokenTests
{
    /// <summary>RFC 7515, appendices A.1 to A.4, and RFC 8037, appendix A.4.</summary>
    [Test]
    public async Task The_standards_examples_are_signed_with_their_keys()
    {
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathOf("tests", "vectors", "jwt", "rfc.json")));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var name = vector.GetProperty("name").GetString();
            var text = vector.GetProperty("token").GetString()!;
            var key = vector.GetProperty("key");
            // Secrets come from the configuration, never from a key set.
            JwtKey verifier = key.GetProperty("kty").GetString() == "oct"
                ? new SecretJwtKey(System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("k").GetString()))
                : JsonWebKeys.Read(Encoding.UTF8.GetBytes($$"""{"keys":[{{key}}]}"""))!.Single();
            await Assert.That(JsonWebToken.Read(text, out var token)).IsEqualTo(JwtVerdict.Valid).Because(name!);
            await Assert.That(verifier.Fits(token!.Algorithm) && token.IsSignedWith(verifier)).IsTrue().Because(name!);
            var other = text[..^10] + (text[^10] == 'A' ? 'B' : 'A') + text[^9..];
            JsonWebToken.Read(other, out var changed);
            await Assert.That(changed!.IsSignedWith(verifier)).IsFalse().Because(name!);
        }
    }

    /// <summary>RFC 7515, appendix A.5: the example of a token without a signature.</summary>
    [Test]
    public async Task The_standards_unsecured_example_is_refused() =>
        await Assert.That(JsonWebToken.Read("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.", out _)).IsEqualTo(JwtVerdict.Algorithm);

    [Test]
    [Arguments(""","use":"sig" """, 1)]
    [Arguments(""","use":"enc" """, 0)]
    [Arguments(""","use":1""", 0)]
    [Arguments(""","key_ops":["verify"]""", 1)]
    [Arguments(""","key_ops":["encrypt"]""", 0)]
    [Arguments(""","alg":"RS512" """, 1)]
    [Arguments(""","alg":"RSA-OAEP" """, 0)]
    [Arguments(""","kty":"RSA" """, -1)]
    public async Task A_key_for_another_use_is_left_out(string more, int count)
    {
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathOf("tests", "vectors", "jwt", "rfc.json")));
        var key = document.RootElement[1].GetProperty("key").GetRawText().TrimEnd('}') + more + "}";
        // Of two members of one name, two readers could take two.
        var keys = JsonWebKeys.Read(Encoding.UTF8.GetBytes($$"""{"keys":[{{key}}]}"""));
        await Assert.That(keys?.Length ?? -1).IsEqualTo(count);
    }

    [Test]
    public async Task A_set_of_too_many_keys_is_none() =>
        await Assert.That(JsonWebKeys.Read(Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", 65))}}]}"""))).IsNull();
}
