namespace Edge.Orb.Tokens;

/// <summary>What was made of a token.</summary>
internal enum JwtVerdict
{
    Valid,

    /// <summary>It is no signed token of three parts, or a part is not what it must be.</summary>
    Malformed,

    /// <summary>It is signed in a way that is not accepted here, or not at all.</summary>
    Algorithm,

    /// <summary>No key here bears the name that it tells, or fits its algorithm.</summary>
    UnknownKey,

    /// <summary>It was not signed with the key, or changed since.</summary>
    Signature,

    Expired,

    /// <summary>Its time has not come.</summary>
    Early,

    /// <summary>Of another issuer.</summary>
    Issuer,

    /// <summary>For somebody else.</summary>
    Audience,

    /// <summary>Genuine, but without a claim that is asked for.</summary>
    Claims,
}
