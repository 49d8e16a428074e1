namespace Edge.Io;

/// <summary>What one look at the machine came to.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Edge runs, with less than it could have; the advice says how to get it.</summary>
    Warning,

    /// <summary>What was asked cannot work like this.</summary>
    Failed,
}

/// <summary>One line of a report on the machine.</summary>
/// <param name="Name">What was looked at: one or two words.</param>
/// <param name="State">How it stands.</param>
/// <param name="Detail">What was found, with the value.</param>
/// <param name="Advice">What to mount or set; null when there is nothing to do.</param>
/// <param name="Milliseconds">How long a step took; null for what is only looked at.</param>
internal sealed record Finding(string Name, FindingState State, string Detail, string? Advice = null, double? Milliseconds = null);
