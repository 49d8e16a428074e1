namespace Edge.Generators.Wire;

/// <summary>Expressions for where a tail starts and ends in a view that <c>TryRead</c> has accepted.</summary>
internal readonly struct TailPlaces(MessageModel message)
{
    public string Start(FieldModel tail)
    {
        FieldModel? before = null;
        foreach (var field in message.Fields.Where(f => f.Kind == FieldKind.Tail))
        {
            if (field == tail)
                break;
            before = field;
        }
        return before is null ? FixedEnd() : $"{before.Name}End";
    }

    public string End(FieldModel field)
    {
        var tail = field.Tail!;
        var length = tail.Unit == 1 ? $"(int){tail.LengthField}" : $"(int){tail.LengthField} * {tail.Unit}";
        return tail.FromStart ? length : $"{Start(field)} + {length}";
    }

    /// <summary>Behind the last optional field that is present.</summary>
    private string FixedEnd()
    {
        if (message.MinSize == message.Size)
            return "Size";
        var optional = message.Fields.Where(f => f.Optional).Reverse().Select(f => $"Has{f.Name} ? {f.End} : ");
        return $"({string.Concat(optional)}MinSize)";
    }
}
