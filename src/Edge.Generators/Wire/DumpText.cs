namespace Edge.Generators.Wire;

/// <summary>The message as text, for traces and tests. Trimmed away where nothing calls it.</summary>
internal static class DumpText
{
    public static void Append(CodeText code, MessageModel message)
    {
        code.Line();
        code.Line("/// <summary>The fields as text; secret ones by length only.</summary>");
        code.Block("public string Dump()", () =>
        {
            code.Line($"var text = new WireDump(\"{message.Name}\");");
            foreach (var field in message.Fields.Where(f => !f.Reserved))
            {
                if (field.Optional)
                {
                    code.Under($"if (Has{field.Name})", () => code.Line(Call(field)));
                    code.Under("else", () => code.Line($"text.Absent(\"{field.Name}\");"));
                }
                else
                {
                    code.Line(Call(field));
                }
            }
            code.Line("return text.ToString();");
        });
    }

    private static string Call(FieldModel field) => field switch
    {
        { Secret: true } => $"text.Secret(\"{field.Name}\", {(field.Kind == FieldKind.Tail ? $"{field.Name}.Length" : $"{field.Width}")});",
        { Nested: not null } => $"text.Nested(\"{field.Name}\", {field.Name}.Dump());",
        { Kind: FieldKind.Bytes or FieldKind.Tail } => $"text.Bytes(\"{field.Name}\", {field.Name});",
        { IsBool: true } => $"text.Flag(\"{field.Name}\", {field.Name});",
        { IsEnum: true } => $"text.Named(\"{field.Name}\", (ulong){field.Name}, {field.Name}.ToString());",
        { Address: true, Width: 4 or 16 } => $"text.Address(\"{field.Name}\", {field.Name});",
        _ => $"text.Number(\"{field.Name}\", {field.Name});",
    };
}
