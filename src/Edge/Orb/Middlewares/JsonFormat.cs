using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Edge.Orb.Middlewares;

/// <summary>A line that is a JSON object.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The writer lives as long as the process and holds nothing of the system's.")]
internal abstract class JsonFormat : LineFormat<LoggedResponse>
{
    // Read by log collectors, not by browsers: quotes and what is not ASCII stay legible; control characters are escaped all the same.
    private readonly Utf8JsonWriter _json = new(new ArrayBufferWriter<byte>(1), new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public sealed override void Write(LoggedResponse state, IBufferWriter<byte> output)
    {
        _json.Reset(output);
        _json.WriteStartObject();
        Write(state, _json);
        _json.WriteEndObject();
        _json.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
    }

    /// <summary>Writes the object's properties.</summary>
    protected abstract void Write(LoggedResponse state, Utf8JsonWriter json);

    /// <summary>Writes a property that may not be there.</summary>
    protected static void Optional(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    /// <summary>Writes a header field's value, if there is one. It has one character for each byte that came, and most write UTF-8.</summary>
    protected static void Field(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value) =>
        Optional(json, name, value is null || Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value)));
}
