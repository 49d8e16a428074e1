namespace Edge.Orb.Handlers;

/// <summary>The content type that a file's name stands for (IANA's registry), and whether such contents are worth compressing.</summary>
internal readonly record struct ContentType(string Value, bool IsCompressible)
{
    private static readonly ContentType s_unknown = new("application/octet-stream", false);

    /// <param name="name">A file's name or path.</param>
    public static ContentType Of(ReadOnlySpan<char> name)
    {
        var dot = name.LastIndexOf('.');
        Span<char> extension = stackalloc char[16];
        if (dot < 0 || name.Length - dot - 1 > extension.Length)
            return s_unknown;
        var length = name[(dot + 1)..].ToLowerInvariant(extension);
        return length < 0 ? s_unknown : OfExtension(extension[..length]);
    }

    private static ContentType OfExtension(ReadOnlySpan<char> extension) => extension switch
    {
        "html" or "htm" => Text("text/html; charset=utf-8"),
        "css" => Text("text/css; charset=utf-8"),
        "js" or "mjs" => Text("text/javascript; charset=utf-8"),
        "json" or "map" => Text("application/json"),
        "webmanifest" => Text("application/manifest+json"),
        "jsonld" => Text("application/ld+json"),
        "txt" or "text" or "log" => Text("text/plain; charset=utf-8"),
        "md" or "markdown" => Text("text/markdown; charset=utf-8"),
        "csv" => Text("text/csv; charset=utf-8"),
        "ics" => Text("text/calendar; charset=utf-8"),
        "vcf" => Text("text/vcard; charset=utf-8"),
        "vtt" => Text("text/vtt; charset=utf-8"),
        "xml" or "xsl" or "xsd" => Text("application/xml"),
        "xhtml" => Text("application/xhtml+xml"),
        "rss" => Text("application/rss+xml"),
        "atom" => Text("application/atom+xml"),
        "yaml" or "yml" => Text("application/yaml"),
        "toml" => Text("application/toml"),
        "svg" => Text("image/svg+xml"),
        "wasm" => Text("application/wasm"),
        "ttf" => Text("font/ttf"),
        "otf" => Text("font/otf"),
        "woff" => Bytes("font/woff"),
        "woff2" => Bytes("font/woff2"),
        "ico" => Text("image/vnd.microsoft.icon"),
        "bmp" => Text("image/bmp"),
        "png" => Bytes("image/png"),
        "apng" => Bytes("image/apng"),
        "jpg" or "jpeg" => Bytes("image/jpeg"),
        "gif" => Bytes("image/gif"),
        "webp" => Bytes("image/webp"),
        "avif" => Bytes("image/avif"),
        "jxl" => Bytes("image/jxl"),
        "tif" or "tiff" => Bytes("image/tiff"),
        "mp3" => Bytes("audio/mpeg"),
        "m4a" => Bytes("audio/mp4"),
        "ogg" or "oga" or "opus" => Bytes("audio/ogg"),
        "wav" => Bytes("audio/wav"),
        "flac" => Bytes("audio/flac"),
        "mp4" or "m4v" => Bytes("video/mp4"),
        "webm" => Bytes("video/webm"),
        "ogv" => Bytes("video/ogg"),
        "mov" => Bytes("video/quicktime"),
        "m3u8" => Text("application/vnd.apple.mpegurl"),
        "ts" => Bytes("video/mp2t"),
        "pdf" => Bytes("application/pdf"),
        "zip" => Bytes("application/zip"),
        "gz" or "tgz" => Bytes("application/gzip"),
        "zst" => Bytes("application/zstd"),
        "7z" => Bytes("application/x-7z-compressed"),
        "tar" => Bytes("application/x-tar"),
        "epub" => Bytes("application/epub+zip"),
        _ => s_unknown,
    };

    private static ContentType Text(string value) => new(value, true);

    private static ContentType Bytes(string value) => new(value, false);
}
