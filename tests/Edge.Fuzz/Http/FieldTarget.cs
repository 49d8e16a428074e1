using System.Text;
using Edge.Crypto;
using Edge.Orb.Handlers;
using Edge.Orb.Middlewares;

namespace Edge.Fuzz.Http;

/// <summary>Header fields and paths that a client may write as it likes, each read by all that read such.</summary>
internal sealed class FieldTarget : FuzzTarget
{
    public override string Name => "field";

    public override IReadOnlyList<byte[]> Seeds =>
    [
        .. new[]
        {
            "gzip;q=0.5, br;q=1.0, *;q=0", "Basic am9lOnNlY3JldA==", "/a/./b/../c/..", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$Dzcd8BJ8E0h068eHoL70u9LUM60hHmxoJpib/Ik9h0M", "Zo\u00eb =?utf-8?q?",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words => [.. "q= ; , * identity /../ /. : $ \u00eb".Split(' ').Select(Encoding.UTF8.GetBytes)];

    public override int Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var seen = 0;
        foreach (var encoding in new[] { "br", "gzip", "identity" })
        {
            var weight = AcceptedEncodings.WeightOf(text, encoding);
            Check(weight is >= 0 and <= 1, "A weight is from 0 to 1.");
            seen = (seen * 3) + (weight == 0 ? 0 : weight < 1 ? 1 : 2);
        }
        using var credentials = BasicCredentials.Read(text);
        Check(credentials is null || (!credentials.Name.Contains(':') && text.StartsWith("basic ", StringComparison.OrdinalIgnoreCase)), "A name ends at the first colon.");
        var isHash = Argon2id.TryReadCost(text, out var cost);
        Check(!isHash || (cost.Memory >= 8 * cost.Lanes && cost.Passes > 0), "What a hash costs is what the standard allows.");
        Check(!EncodedWord.Of(text).AsSpan().ContainsAnyExceptInRange(' ', '~'), "What is sent is ASCII.");
        var path = DotSegments.Remove("/" + text);
        Check(path[0] == '/' && !$"{path}/".Contains("/../", StringComparison.Ordinal) && !$"{path}/".Contains("/./", StringComparison.Ordinal), "A path has no dot segments.");
        return (seen * 4) + (credentials is null ? 0 : 2) + (isHash ? 1 : 0);
    }
}
