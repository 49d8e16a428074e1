using System.Collections.Immutable;

namespace Edge.Config.Evaluation;

/// <summary>A frame, or several that repeat.</summary>
internal readonly record struct FrameGroup(StackFrame Frame, List<FrameGroup>? Repeated, int Count);

/// <summary>
/// Folds the repetitions of a recursion, as Pkl does: the longest stretch that is one pattern over and over becomes a group, and so
/// on in what stands before, within and behind it.
/// </summary>
internal static class RepeatedFrames
{
    public static List<FrameGroup> Fold(ImmutableArray<StackFrame> frames)
    {
        // The search goes outermost first.
        var reversed = new StackFrame[frames.Length];
        for (var i = 0; i < frames.Length; i++) reversed[i] = frames[frames.Length - 1 - i];
        var result = new List<FrameGroup>();
        Fold(reversed, new int[frames.Length], result, 0, frames.Length);
        return result;
    }

    private static void Fold(StackFrame[] frames, int[] borders, List<FrameGroup> result, int start, int end)
    {
        var (patternStart, matchEnd, length) = LongestRepetition(frames, borders, start, end);
        if (length <= 1)
        {
            for (var i = end - 1; i >= start; i--) result.Add(new FrameGroup(frames[i], null, 1));
            return;
        }
        var width = matchEnd - borders[matchEnd] - patternStart + 1;
        Fold(frames, borders, result, matchEnd + 1, end);
        var pattern = new List<FrameGroup>();
        Fold(frames, borders, pattern, patternStart, patternStart + width);
        result.Add(new FrameGroup(default, pattern, length / width));
        Fold(frames, borders, result, start, patternStart);
    }

    // For every start, the borders of the stretch (as in Knuth, Morris and Pratt's search) tell how far one pattern repeats.
    private static (int Start, int End, int Length) LongestRepetition(StackFrame[] frames, int[] borders, int start, int end)
    {
        var (bestStart, bestEnd, longest) = (-2, -2, -1);
        for (var i = start; i < end; i++)
        {
            var best = i;
            var border = 0;
            borders[i] = 0;
            var isDegenerate = false;
            for (var j = i + 1; j < end;)
            {
                var matches = frames[j].Equals(frames[border + i]);
                if (!matches && border != 0)
                {
                    border = borders[border - 1];
                    continue;
                }
                if (matches) border++;
                borders[j] = border;
                if (border > borders[best])
                {
                    best = j;
                }
                else if (border > 0 && border == borders[j - 1])
                {
                    isDegenerate = true;
                    break;
                }
                j++;
            }
            if (isDegenerate) continue;
            var length = best - i + 1;
            if (length > 1 && longest < length) (bestStart, bestEnd, longest) = (i, best, length);
            if (longest > end - i || longest * 2 > end - start) break;
        }
        return (bestStart, bestEnd, longest);
    }
}
