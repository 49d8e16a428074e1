namespace Edge.Protocols.Filter;

internal enum QuestionKind : byte
{
    Anything,

    /// <summary>A port of a protocol that has them.</summary>
    Port,

    /// <summary>All of a protocol.</summary>
    Whole,
}
