using System.Text;

namespace Edge.Generators.Wire;

/// <summary>C# text with indentation; lines end in LF on every machine, so that snapshots compare.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
    }

    /// <summary>A line, then <paramref name="body"/> one step further in.</summary>
    public void Under(string line, Action body)
    {
        Line(line);
        _depth++;
        body();
        _depth--;
    }

    /// <summary>A head, then <paramref name="body"/> between braces.</summary>
    public void Block(string head, Action body)
    {
        Line(head);
        Under("{", body);
        Line("}");
    }

    public override string ToString() => _text.ToString();
}
