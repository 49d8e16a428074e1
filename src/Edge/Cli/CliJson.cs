using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Edge.Node.Tunnels;

namespace Edge.Cli;

/// <summary>`edge version --json`.</summary>
/// <param name="Version">Semantic version.</param>
/// <param name="Commit">Of the sources, in hexadecimal; null where the build did not know it.</param>
/// <param name="Runtime">Name and version of the runtime inside.</param>
/// <param name="Rid">The platform it was built for, as .NET names it: `linux-x64`.</param>
internal sealed record VersionDocument(string Version, string? Commit, string Runtime, string Rid);

/// <summary>`edge check FILE --json`.</summary>
internal sealed record CheckDocument(string File, bool Valid, IReadOnlyList<CheckDocumentError> Errors);

/// <summary>One error: its place counts from 1, columns in UTF-16 units.</summary>
internal sealed record CheckDocumentError(string File, int Line, int Column, string Message, string? Advice);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(TunnelStatus))]
internal sealed partial class CliJson : JsonSerializerContext
{
    private static readonly JsonWriterOptions s_readable = new()
    {
        Indented = true,
        NewLine = "\n",

        // Backticks and letters of other scripts stand as themselves; nothing here is put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes one document and a line end: all that a command with `--json` prints.</summary>
    public static void Write<T>(TextWriter output, T document, JsonTypeInfo<T> type) =>
        output.Write(Text(writer => JsonSerializer.Serialize(writer, document, type)) + "\n");

    /// <summary>One document as people read it, without a line end.</summary>
    public static string Text(Action<Utf8JsonWriter> write)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(utf8, s_readable))
            write(writer);
        return Encoding.UTF8.GetString(utf8.WrittenSpan);
    }
}
