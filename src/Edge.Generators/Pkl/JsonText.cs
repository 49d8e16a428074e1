using System.Globalization;
using System.Text;

namespace Edge.Generators.Pkl;

/// <summary>Indented JSON; System.Text.Json is not at hand in a compiler.</summary>
internal sealed class JsonText
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _isFirst = true;
    private bool _afterName;

    public void Open(char bracket = '{')
    {
        Begin();
        _text.Append(bracket);
        _depth++;
        _isFirst = true;
    }

    public void Close(char bracket = '}')
    {
        _depth--;
        if (!_isFirst) NewLine();
        _text.Append(bracket);
        _isFirst = false;
    }

    public void Name(string name)
    {
        Begin();
        _text.Append(Quote(name)).Append(": ");
        _afterName = true;
    }

    public void Field(string name, string value)
    {
        Name(name);
        Raw(Quote(value));
    }

    public void Raw(string value)
    {
        Begin();
        _text.Append(value);
        _isFirst = false;
    }

    public void Strings(IEnumerable<string> values) => Raw("[" + string.Join(", ", values.Select(Quote)) + "]");

    public void Reference(string name) => Raw("{ \"$ref\": " + Quote("#/$defs/" + name) + " }");

    public override string ToString() => _text.ToString() + "\n";

    private void Begin()
    {
        if (_afterName || _depth == 0)
        {
            _afterName = false;
            return;
        }
        if (!_isFirst) _text.Append(',');
        NewLine();
        _isFirst = false;
    }

    private void NewLine() => _text.Append('\n').Append(' ', _depth * 2);

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }
}
