namespace Edge.Config.Evaluation;

/// <summary>The version of Pkl whose language this is.</summary>
internal static class PklVersion
{
    public const string Text = "0.30.2";

    /// <summary>Whether a module that asks for at least <paramref name="required"/> may be evaluated. What is not a version is no demand.</summary>
    public static bool Satisfies(string required) => !Version.TryParse(required, out var demand) || demand <= Version.Parse(Text);
}
