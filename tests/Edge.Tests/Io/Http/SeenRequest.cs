using System.Text;

namespace Edge.Tests.Io.Http;

/// <summary>A request as a test's server saw it.</summary>
/// <param name="Method">`GET`.</param>
/// <param name="Target">`/path?query`.</param>
/// <param name="Fields">By name, in any case.</param>
/// <param name="Body">Empty: none.</param>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Fields, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public override string ToString() => $"{Method} {Target}{(Body.Length == 0 ? "" : $" {Text}")}";
}
