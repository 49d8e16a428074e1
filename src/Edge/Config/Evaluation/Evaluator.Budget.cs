namespace Edge.Config.Evaluation;

// What the program may make in all, so that no few lines of it fill the memory.
internal sealed partial class Evaluator
{
    private long _size;

    /// <summary>Counts elements or UTF-16 units that the program is about to make.</summary>
    /// <exception cref="EvaluationException">It has made too many.</exception>
    internal void Account(long size)
    {
        if ((_size += size) > Limits.TotalSize)
            throw Fail($"The configuration makes collections and strings of more than {Limits.TotalSize} elements in all.", "The limit is `TotalSize`.");
    }
}
