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
    /// <summary>As people read it.</summary>
    public static readonly JsonWriterOptions Readable = new()
    {
        Indented = true,
        NewLine = "\n",

        // Backticks and letters of other scripts stand as themselves; nothing here is put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes one document and a line end: all that a command with `--json` prints.</summary>
    public static void Write<T>(TextWriter output, T document, JsonTypeInfo<T> type)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(utf8, Readable))
            JsonSerializer.Serialize(writer, document, type);
        output.Write(Encoding.UTF8.GetString(utf8.WrittenSpan));
        output.Write('\n');
    }
}
