namespace Edge.Config.Evaluation;

/// <summary>What a <c>new { }</c> without a type is the value of, and so where its parent is looked for.</summary>
internal enum InferenceKind : byte
{
    None,
    Property,
    Element,
    Method,
}
