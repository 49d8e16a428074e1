namespace Edge.Config.Evaluation;

/// <summary>Whether something came from the environment: a library member's result did if its receiver or an argument did.</summary>
internal static class Taint
{
    public static bool Of(Value receiver, ReadOnlySpan<Value> arguments)
    {
        if (Of(receiver)) return true;
        foreach (var argument in arguments)
            if (Of(argument))
                return true;
        return false;
    }

    // A collection is not marked itself: one secret in it does not hide its neighbours. But what is made of it as a whole is.
    private static bool Of(Value value) => value switch
    {
        { FromEnvironment: true } => true,
        ListValue list => Any(list.Items.AsSpan()),
        SetValue set => Any(set.Items.AsSpan()),
        PairValue pair => Of(pair.First) || Of(pair.Second),
        _ => false,
    };

    private static bool Any(ReadOnlySpan<Value> items)
    {
        foreach (var item in items)
            if (item.FromEnvironment)
                return true;
        return false;
    }
}
