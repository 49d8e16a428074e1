using System.Buffers.Text;
using System.Text;
using Edge.Crypto;
using Edge.Foundation.Configuration;
using Edge.Orb.Tokens;

namespace Edge.Fuzz.Http;

/// <summary>Tokens that may be anything: what is believed is what was signed, to the letter.</summary>
internal sealed class TokenTarget : FuzzTarget
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddYears(50);

    private readonly byte[] _private = [8, .. new byte[31]];
    private readonly JwtKey[] _keys;
    private readonly JwtTerms _terms;
    private readonly List<byte[]> _seeds;
    private readonly HashSet<string> _signed = [];

    public TokenTarget()
    {
        var key = new byte[Ed25519.PublicKeySize];
        Ed25519.PublicKey(_private, key);
        _keys = [new Ed25519JwtKey(key) { Id = "k" }];
        _terms = new JwtTerms(new JwtAuth { Issuer = "a", Audience = ["x"], Claims = [new("role", "adm*")] }, [JwtAlgorithm.EdDSA]);
        _seeds =
        [
            Sign("""{"alg":"EdDSA","kid":"k"}""", """{"iss":"a","aud":["x","y"],"exp":9000000000,"role":"admin"}"""),
            Sign("""{"alg":"EdDSA"}""", """{"iss":"a","aud":"x","nbf":1,"role":["user","admin"],"sub":"joe"}"""),
            Sign("""{"alg":"EdDSA"}""", """{"iss":"a","aud":"x","exp":1,"role":true}"""),
            Sign("""{"alg":"EdDSA"}""", "[1]"),
            Sign("""{"alg":"EdDSA","crit":["x"]}""", "{}"),
            Sign("""{"alg":"none"}""", "{}"),
        ];
    }

    public override string Name => "token";

    public override IReadOnlyList<byte[]> Seeds => _seeds;

    public override IReadOnlyList<byte[]> Words => [.. "eyJhbGciOiJub25lIn0 eyJhbGciOiJIUzI1NiJ9 e30 . .. = -_".Split(' ').Select(Encoding.ASCII.GetBytes)];

    public override int Run(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var verdict = JsonWebToken.Read(text, out var token);
        Check(verdict == JwtVerdict.Valid == token is not null, "There is a token where its form is valid.");
        if (token is null)
            return (int)verdict;
        if (!_terms.Accepts(token.Algorithm))
            return 100;
        verdict = _terms.Judge(token, _keys, s_now, out var subject);
        Check(verdict is JwtVerdict.UnknownKey or JwtVerdict.Signature || _signed.Contains(text[..text.LastIndexOf('.')]), "Only what was signed is read.");
        Check(subject is null || verdict == JwtVerdict.Valid, "Only a valid token is about somebody.");
        return 200 + (int)verdict;
    }

    private byte[] Sign(string header, string claims)
    {
        var signed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_private, Encoding.ASCII.GetBytes(signed), signature);
        _signed.Add(signed);
        return Encoding.ASCII.GetBytes(signed + "." + Base64Url.EncodeToString(signature));
    }
}
