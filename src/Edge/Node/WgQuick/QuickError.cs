namespace Edge.Node.WgQuick;

/// <summary>What is wrong in a wg-quick file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Message">Never a key.</param>
/// <param name="Advice">What to do; null where the message says it all.</param>
internal sealed record QuickError(int Line, string Message, string? Advice = null);
