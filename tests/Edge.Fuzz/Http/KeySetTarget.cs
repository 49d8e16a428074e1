using System.Text;
using Edge.Foundation.Configuration;
using Edge.Orb.Tokens;

namespace Edge.Fuzz.Http;

/// <summary>JSON Web Key Sets that may be anything: whatever is read from one verifies with a public key.</summary>
internal sealed class KeySetTarget : FuzzTarget
{
    // RFC 7515, appendices A.2.1 and A.3.1, and RFC 8037, appendix A.2.
    private const string Published = """
        {"keys":[
          {"kty":"RSA","kid":"1","use":"sig","alg":"RS256","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
          {"kty":"EC","crv":"P-256","key_ops":["verify"],"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
          {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        ]}
        """;

    private readonly byte[] _signature = new byte[256];

    public override string Name => "key-set";

    public override IReadOnlyList<byte[]> Seeds => [Encoding.UTF8.GetBytes(Published), """{"keys":[{"kty":"oct","k":"AAAA"}]}"""u8.ToArray()];

    public override IReadOnlyList<byte[]> Words => [.. "\"keys\" \"kty\" \"oct\" \"P-384\" \"P-521\" \"Ed448\" \"alg\":\"HS256\" [] {} null".Split(' ').Select(Encoding.ASCII.GetBytes)];

    public override int Run(byte[] input)
    {
        if (JsonWebKeys.Read(input) is not { } keys)
            return 0;
        Check(keys.Length <= 64, "No more keys than anyone publishes are read.");
        foreach (var key in keys)
        {
            foreach (var algorithm in Enum.GetValues<JwtAlgorithm>())
            {
                if (!key.Fits(algorithm))
                    continue;
                Check(!JwtAlgorithms.IsSecret(algorithm), "What is published is no secret.");
                Check(!key.Verify(algorithm, input, _signature), "Zeros are nobody's signature.");
            }
        }
        return 1 + keys.Length;
    }
}
