using System.Runtime.InteropServices;

namespace Edge.Tests.Image;

/// <summary>What <c>scripts/publish</c> left; tests are skipped by name for a form that was not published.</summary>
internal static class Published
{
    /// <summary>The category of these tests: <c>scripts/test --published</c> runs them, <c>scripts/test</c> does not.</summary>
    public const string Category = "Published";

    private static readonly string s_host = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public static bool HasPlain => File.Exists(Repository.PathOf("artifacts", "publish", s_host, "edge"));

    public static string Plain() => Of(s_host, "scripts/publish");

    public static string Static() => Of($"{s_host}-static", "scripts/publish --static");

    public static string Arm64() => Of("linux-arm64", "scripts/publish --rid linux-arm64");

    private static string Of(string form, string command)
    {
        string path = Repository.PathOf("artifacts", "publish", form, "edge");
        Skip.Unless(File.Exists(path), $"artifacts/publish/{form}/edge is missing: run {command}");
        return path;
    }
}
