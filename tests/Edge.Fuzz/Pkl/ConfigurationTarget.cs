using System.Text;
using Edge.Config;

namespace Edge.Fuzz.Pkl;

/// <summary>A file is a configuration or has errors, never neither; what came from the environment shows in neither form.</summary>
internal sealed class ConfigurationTarget : FuzzTarget
{
    // Long enough that no other text holds it by chance.
    private const string EnvironmentValue = "Zq7-environment-Zq7";

    private static readonly LoadOptions Options = new() { Limits = ScratchModule.Limits, Environment = static _ => EnvironmentValue };

    public override string Name => "configuration";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[] { "examples", Path.Combine("tests", "pkl", "bad") }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), "*.pkl", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .Where(static bytes => bytes.Length <= 16 * 1024)
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. PklSources.Words,
        .. """
            env("A") read("env:A") "\(env("A"))" servers networks tls middleware admin logging shutdown handler routes match listen domains upstreams
            StaticFiles ReverseProxy Redirect Respond Compress RateLimit Cors Headers BasicAuth AccessLog Rewrite JwtAuth IpFilter tailscale wireguard
            tunnel authKey 5.s 1.gib 10.ms null
            """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes),
    ];

    public override long AllocationLimit(int inputLength) => ScratchModule.AllocationLimit;

    public override int Run(byte[] input)
    {
        var result = ConfigurationLoader.Load(ScratchModule.Write(input), Options);
        Check(result.Configuration is null == result.Errors.Length > 0, "There is a configuration or there are errors.");
        if (result.Configuration is not null)
        {
            var text = ConfigurationLoader.Print(result);
            Check(!text.Contains(EnvironmentValue, StringComparison.Ordinal), "What came from the environment is not printed.");
            return text.Length / 64;
        }
        foreach (var error in result.Errors)
        {
            var text = error.Render();
            Check(!text.Contains(EnvironmentValue, StringComparison.Ordinal), "What came from the environment is in no error.");
            Check(error is { Line: > 0, Column: > 0, Message.Length: > 0 }, "An error says something about a place.");
            Check(text.All(static c => !char.IsControl(c) || c is '\n' or '\t'), "An error can be shown on a terminal.");
        }
        return HashCode.Combine(result.Errors.Length, string.GetHashCode(result.Errors[0].Message.AsSpan(0, Math.Min(12, result.Errors[0].Message.Length)), StringComparison.Ordinal));
    }
}
