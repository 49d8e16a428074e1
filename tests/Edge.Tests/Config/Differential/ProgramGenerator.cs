using System.Globalization;
using System.Text;

namespace Edge.Tests.Config.Differential;

/// <summary>
/// Small Pkl modules, made from a seed: classes, functions, amended objects, listings and mappings with generators, and expressions
/// that mostly fit their types. A property refers only to properties before it, also in what amends it, so that no module recurses
/// without end; what else goes wrong (a division, a subscript, a constraint) goes wrong in both programs alike.
/// </summary>
internal sealed class ProgramGenerator
{
    private readonly Random _random;
    private readonly StringBuilder _text = new();
    private readonly ExpressionGenerator _expressions;
    private readonly List<ClassShape> _classes = [];
    private readonly List<Variable> _objects = [];
    private readonly List<Variable> _listings = [];
    private readonly List<Variable> _mappings = [];
    private int _names;

    private ProgramGenerator(int seed)
    {
        _random = new Random(seed);
        _expressions = new ExpressionGenerator(_random);
    }

    public static string Generate(int seed)
    {
        var generator = new ProgramGenerator(seed);
        generator.Module();
        return generator._text.ToString();
    }

    private void Module()
    {
        for (var i = _random.Next(3); i > 0; i--)
            Function();
        for (var i = _random.Next(1, 3); i > 0; i--)
            Class();
        for (var i = _random.Next(4, 10); i > 0; i--)
            Property();
    }

    private void Function()
    {
        var name = Name("f");
        var scope = _expressions.Scope;
        _expressions.Add(new Variable("a", PklType.Int));
        _expressions.Add(new Variable("s", PklType.String));
        var body = _expressions.Of(PklType.Int, depth: 3);
        _expressions.Scope = scope;
        // Classes may call it, so it is const.
        Line(0, $"const local function {name}(a: Int, s: String): Int = {body}");
        _expressions.Functions.Add(name);
    }

    private void Class()
    {
        var name = Name("C");
        var parent = _classes.Count > 0 && Chance(40) ? _classes[_random.Next(_classes.Count)] : null;
        var shape = new ClassShape(name, parent is null ? [] : [.. parent.Properties]);
        Line(0, parent is null ? $"open class {name} {{" : $"open class {name} extends {parent.Name} {{");
        if (parent is not null && Chance(50))
        {
            var inherited = parent.Properties[_random.Next(parent.Properties.Count)];
            Line(1, $"{inherited.Name} = {Within(parent.Before(inherited), () => _expressions.Of(inherited.Type, 2))}");
        }
        for (var i = _random.Next(2, 5); i > 0; i--)
        {
            var type = _expressions.AnyType();
            var property = new Variable(Name("p"), type);
            var modifier = Chance(8) ? "hidden " : "";
            var constraint = type == PklType.Int && Chance(20) ? $"(this != {_random.Next(5)})" : "";
            var value = Within(shape.Properties, () => _expressions.Of(type, 2));
            Line(1, $"{modifier}{property.Name}: {type.Text()}{constraint} = {value}");
            shape.Properties.Add(property);
        }
        Line(0, "}");
        _classes.Add(shape);
    }

    private void Property()
    {
        switch (_random.Next(10))
        {
            case 0 or 1 or 2: Instance(); break;
            case 3 or 4: Listing(); break;
            case 5 or 6: Mapping(); break;
            case 7: Dynamic(); break;
            default: Scalar(); break;
        }
    }

    private void Scalar()
    {
        var type = _expressions.AnyType();
        var name = Name("x");
        var annotation = Chance(50) ? $": {type.Text()}" : "";
        Line(0, $"{(Chance(15) ? "local " : "")}{name}{annotation} = {_expressions.Of(type, 4)}");
        _expressions.Add(new Variable(name, type));
    }

    private void Instance()
    {
        var shape = _classes[_random.Next(_classes.Count)];
        var name = Name("x");
        var sameClass = _objects.Where(o => o.ClassName == shape.Name).ToList();
        var start = sameClass.Count > 0 && Chance(50) ? $"({sameClass[_random.Next(sameClass.Count)].Name})" : $"new {shape.Name}";
        Line(0, $"{name} = {start} {{");
        AmendedProperties(1, shape);
        Line(0, "}");
        _objects.Add(new Variable(name, PklType.Object, shape.Name));
        foreach (var property in shape.Properties)
            _expressions.Add(new Variable($"{name}.{property.Name}", property.Type));
    }

    private void AmendedProperties(int indent, ClassShape shape)
    {
        foreach (var property in shape.Properties.Where(_ => Chance(35)))
        {
            var earlier = shape.Before(property);
            var value = property.Type == PklType.Int && Chance(25)
                ? $"super.{property.Name} + {_random.Next(10)}"
                : Within(earlier, () => _expressions.Of(property.Type, 2));
            Line(indent, $"{property.Name} = {value}");
        }
    }

    private void Dynamic()
    {
        var name = Name("x");
        Line(0, $"{name} {{");
        var members = new List<Variable>();
        for (var i = _random.Next(1, 5); i > 0; i--)
        {
            var member = new Variable(Name("d"), _expressions.AnyType());
            Line(1, $"{(Chance(15) ? "local " : "")}{member.Name} = {Within(members, () => _expressions.Of(member.Type, 3))}");
            members.Add(member);
        }
        if (Chance(40))
            Line(1, $"[\"key\"] = {_expressions.Of(PklType.String, 2)}");
        for (var i = _random.Next(3); i > 0; i--)
            Line(1, _expressions.Of(PklType.Int, 2));
        Line(0, "}");
    }

    private void Listing()
    {
        var name = Name("x");
        var amended = _listings.Count > 0 && Chance(40) ? _listings[_random.Next(_listings.Count)] : null;
        Line(0, amended is null ? $"{name} = new Listing<Int> {{" : $"{name} = ({amended.Name}) {{");
        if (amended is not null && Chance(40))
            Line(1, $"[{_random.Next(3)}] = {_expressions.Of(PklType.Int, 2)}");
        for (var i = _random.Next(1, 4); i > 0; i--)
            Element(1, depth: 2);
        Line(0, "}");
        _listings.Add(new Variable(name, PklType.Object));
        _expressions.Add(new Variable($"{name}.length", PklType.Int));
        _expressions.Add(new Variable($"{name}.toList()", PklType.IntList));
    }

    private void Element(int indent, int depth)
    {
        switch (depth == 0 ? 9 : _random.Next(10))
        {
            case 0 or 1:
                var variable = Name("v");
                Line(indent, $"for ({variable} in {_expressions.Of(PklType.IntList, 2)}) {{");
                var scope = _expressions.Scope;
                _expressions.Add(new Variable(variable, PklType.Int));
                Element(indent + 1, depth - 1);
                _expressions.Scope = scope;
                Line(indent, "}");
                break;
            case 2:
                Line(indent, $"when ({_expressions.Of(PklType.Boolean, 2)}) {{");
                Element(indent + 1, depth - 1);
                if (Chance(50))
                {
                    Line(indent, "} else {");
                    Element(indent + 1, depth - 1);
                }
                Line(indent, "}");
                break;
            case 3:
                Line(indent, $"...{_expressions.Of(PklType.IntList, 2)}");
                break;
            case 4 when _listings.Count > 0:
                Line(indent, $"...{_listings[_random.Next(_listings.Count)].Name}");
                break;
            default:
                Line(indent, _expressions.Of(PklType.Int, 3));
                break;
        }
    }

    private void Mapping()
    {
        var name = Name("x");
        var shape = _classes[_random.Next(_classes.Count)];
        var sameClass = _mappings.Where(m => m.ClassName == shape.Name).ToList();
        var amended = sameClass.Count > 0 && Chance(50) ? sameClass[_random.Next(sameClass.Count)] : null;
        Line(0, amended is null ? $"{name} = new Mapping<String, {shape.Name}> {{" : $"{name} = ({amended.Name}) {{");
        if (Chance(30))
        {
            Line(1, "default {");
            AmendedProperties(2, shape);
            Line(1, "}");
        }
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            Line(1, $"[\"{(char)('a' + (2 * _random.Next(2)) + i)}\"] {{");
            AmendedProperties(2, shape);
            Line(1, "}");
        }
        if (Chance(30))
        {
            var (key, value) = (Name("k"), Name("v"));
            Line(1, $"for ({key}, {value} in {_expressions.Of(PklType.IntList, 2)}) {{");
            var scope = _expressions.Scope;
            _expressions.Add(new Variable(key, PklType.Int));
            _expressions.Add(new Variable(value, PklType.Int));
            Line(2, $"[\"n\\({key})\"] {{");
            AmendedProperties(3, shape);
            Line(2, "}");
            _expressions.Scope = scope;
            Line(1, "}");
        }
        Line(0, "}");
        _mappings.Add(new Variable(name, PklType.Object, shape.Name));
        _expressions.Add(new Variable($"{name}.length", PklType.Int));
        _expressions.Add(new Variable($"{name}.containsKey(\"b\")", PklType.Boolean));
    }

    /// <summary>An expression made with more variables in scope.</summary>
    private string Within(IEnumerable<Variable> variables, Func<string> make)
    {
        var scope = _expressions.Scope;
        foreach (var variable in variables)
            _expressions.Add(variable);
        var expression = make();
        _expressions.Scope = scope;
        return expression;
    }

    private void Line(int indent, string text) => _text.Append(' ', 2 * indent).Append(text).Append('\n');

    private string Name(string prefix) => prefix + (++_names).ToString(CultureInfo.InvariantCulture);

    private bool Chance(int percent) => _random.Next(100) < percent;

    internal sealed record Variable(string Name, PklType Type, string? ClassName = null);

    private sealed record ClassShape(string Name, List<Variable> Properties)
    {
        public IEnumerable<Variable> Before(Variable property) => Properties.TakeWhile(other => other != property);
    }
}
