namespace Edge.Orb.Middlewares;

/// <summary>The segments <c>.</c> and <c>..</c> of a path (RFC 3986, section 5.2.4).</summary>
internal static class DotSegments
{
    /// <summary>A path without them; it never leads above the root.</summary>
    /// <param name="path">Decoded, beginning with a slash.</param>
    public static string Remove(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
            return path;
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            switch (segments[i])
            {
                case "..":
                    if (kept.Count > 0)
                        kept.RemoveAt(kept.Count - 1);
                    break;
                case ".":
                    break;
                default:
                    kept.Add(segments[i]);
                    continue;
            }
            // What is left of a final one is the folder.
            if (isLast)
                kept.Add("");
        }
        return "/" + string.Join('/', kept);
    }
}
