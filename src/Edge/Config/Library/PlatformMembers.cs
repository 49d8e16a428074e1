using System.Runtime.InteropServices;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

using Edge.Config.Syntax;

namespace Edge.Config.Library;

/// <summary><c>pkl:platform</c></summary>
internal static class PlatformMembers
{
    // The language level that the library implements.
    private const string LanguageVersion = "0.30.2";

    public static ExternalMember? Find(string member) => member switch
    {
        "current" => Current,
        _ => null,
    };

    private static ObjectValue Current(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var module = Object(self).Class.Module;
        ObjectBuilder Make() => new(evaluator);
        ObjectValue To(string name, ObjectBuilder builder) => builder.To((ClassValue)module.FindType(Names.Intern(name))!);

        var version = Environment.Version.ToString();
        return To("Platform", Make()
            .Property("language", To("Language", Make().Property("version", Of(LanguageVersion))))
            .Property("runtime", To("Runtime", Make().Property("name", Of(".NET")).Property("version", Of(version))))
            .Property("virtualMachine", To("VirtualMachine", Make().Property("name", Of("NativeAOT")).Property("version", Of(version))))
            .Property("operatingSystem", To("OperatingSystem", Make()
                .Property("name", Of(OperatingSystem.IsMacOS() ? "macOS" : OperatingSystem.IsWindows() ? "Windows" : "Linux"))
                .Property("version", Of(Environment.OSVersion.Version.ToString()))))
            .Property("processor", To("Processor", Make().Property("architecture", Of(Architecture())))));
    }

    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString(),
    };
}
