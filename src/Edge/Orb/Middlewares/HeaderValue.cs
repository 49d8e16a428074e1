namespace Edge.Orb.Middlewares;

/// <summary>Header fields that the configuration sets, checked once at start: what cannot be sent is refused there and not with each request.</summary>
internal static class HeaderValue
{
    /// <param name="middleware">Whose it is, for the message.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="OrbException">The value cannot be sent.</exception>
    public static void Check(string middleware, string name, string value)
    {
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new OrbException(
                $"the value of the header field `{name}` in `{middleware}` has characters that cannot be sent",
                "Write it on one line, in ASCII (RFC 9110, section 5.5); other characters are escaped in a way that the field's reader understands.", isConfiguration: true);
        }
    }

    /// <summary>Refuses the fields that say where a message ends: a second opinion about that is how requests are smuggled.</summary>
    /// <exception cref="OrbException">It is one of them.</exception>
    public static void RefuseFraming(string middleware, string name)
    {
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            throw new OrbException($"`{middleware}` changes `{name}`, which follows from the body", "Take it out.", isConfiguration: true);
    }
}
