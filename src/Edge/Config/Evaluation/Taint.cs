namespace Edge.Config.Evaluation;

/// <summary>Whether something came from the environment: a library member's result did if its receiver or an argument did.</summary>
internal static class Taint
{
    public static bool Of(Value receiver, ReadOnlySpan<Value> arguments)
    {
        if (receiver.HoldsEnvironment) return true;
        foreach (var argument in arguments)
            if (argument.HoldsEnvironment)
                return true;
        return false;
    }
}
