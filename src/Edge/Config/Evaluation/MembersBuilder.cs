using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>An object under construction: collects its own members and checks that an object of its class may have them.</summary>
internal sealed class MembersBuilder(Evaluator evaluator, Frame frame, ObjectValue parent, BodyLayout layout)
{
    private const int ScanLimit = 8;

    private readonly List<object> _keys = [];
    private readonly List<Member> _members = [];
    private Dictionary<object, int>? _index;
    private int _length = parent.Length;

    public ObjectValue Parent => parent;

    private ClassValue Class => parent.Class;

    public ObjectValue ToObject()
    {
        if (_keys.Count == 0 && layout.Names.Methods.Count == 0) return parent;
        evaluator.Account(_keys.Count);
        return new ObjectValue(Class, parent, frame, new MemberTable([.. _keys], [.. _members]), _length);
    }

    public void AddProperty(string name, Member member, SyntaxMember? syntax)
    {
        if (!member.IsLocal) CheckProperty(evaluator, frame, parent, name, syntax, layout.HasGenerators);
        Add(name, member, syntax);
    }

    public void AddElement(Member member, SyntaxMember? syntax)
    {
        if (Class.Kind is ClassKind.Typed or ClassKind.Mapping) throw FailElement(evaluator, frame, parent, syntax, layout.HasGenerators);
        Add(IntValue.Of(_length), member, syntax);
        _length++;
    }

    public void AddEntry(Value key, Member member, SyntaxMember syntax, SourceSpan keySpan)
    {
        switch (Class.Kind)
        {
            case ClassKind.Typed:
                throw FailEntry(evaluator, frame, parent, syntax, layout.HasGenerators);
            case ClassKind.Listing:
                CheckIndex(evaluator, frame, parent, key, layout.HasGenerators ? keySpan : syntax.HeaderSpan, keySpan);
                break;
        }
        Add(key, member, syntax);
    }

    public void AddSpread(object key, Member definition, ObjectValue owner, Value value)
    {
        var kind = definition.Kind;
        var member = new SpreadMember(kind, value, ObjectValue.SyntaxOf(definition), owner);
        switch (Class.Kind)
        {
            case ClassKind.Listing when kind != MemberKind.Element:
            case ClassKind.Mapping when kind != MemberKind.Entry:
            case ClassKind.Typed when kind != MemberKind.Property:
                var what = kind switch { MemberKind.Entry => "entries", MemberKind.Element => "elements", _ => "properties" };
                throw evaluator.Fail($"Cannot spread object containing {what} into object of type `{Class.DisplayName}`.").Beneath(owner.HeaderFrame(definition));
        }
        try
        {
            if (kind == MemberKind.Element) key = IntValue.Of(_length++);
            else if (kind == MemberKind.Property && Class.Kind == ClassKind.Typed)
                CheckProperty(evaluator, frame, parent, (string)key, null, isGenerated: true);
            Add(key, member, null);
        }
        catch (EvaluationException e)
        {
            throw e.Beneath(owner.HeaderFrame(definition));
        }
    }

    /// <summary>Adds a member under a key that must be new.</summary>
    public void Add(object key, Member member, SyntaxMember? syntax)
    {
        if (!member.IsLocal && IsDefined(key))
        {
            var shown = key is Value value ? evaluator.Show(value) : (string)key;
            if (syntax is not null)
                throw evaluator.FailAt(frame.Module, syntax.HeaderSpan, $"Duplicate definition of member `{shown}`.");
            throw evaluator.Fail(
                $"Cannot spread object because the enclosing object already has a declaration of {(key is string ? "property" : "entry key")} `{shown}`.");
        }
        if (!member.IsLocal) _index?.Add(key, _keys.Count);
        _keys.Add(key);
        _members.Add(member);
    }

    private bool IsDefined(object key)
    {
        if (_index is null && _keys.Count < ScanLimit)
        {
            for (var i = 0; i < _keys.Count; i++)
                if (!_members[i].IsLocal && _keys[i].Equals(key))
                    return true;
            return false;
        }
        if (_index is null)
        {
            _index = new(ScanLimit * 2);
            for (var i = 0; i < _keys.Count; i++)
                if (!_members[i].IsLocal)
                    _index.Add(_keys[i], i);
        }
        return _index.ContainsKey(key);
    }

    public void CheckPredicate(SourceSpan site)
    {
        if (Class.Kind == ClassKind.Typed)
            throw evaluator.FailAt(frame.Module, site, $"Object of type `{Class.DisplayName}` cannot have a predicate member.");
    }

    public void CheckSpread(Value source, string hint, bool elements)
    {
        if (Class.Kind == ClassKind.Typed || Class.Kind == (elements ? ClassKind.Mapping : ClassKind.Listing))
            throw evaluator.Fail($"Cannot spread value of type `{evaluator.ClassOf(source).DisplayName}` into object of type `{Class.DisplayName}`.", source, hint);
    }

    /// <summary>The checks of a body whose members are the same for every object.</summary>
    public static void CheckStatic(Evaluator evaluator, Frame frame, ObjectValue parent, BodyLayout layout)
    {
        var kind = parent.Class.Kind;
        if (kind == ClassKind.Dynamic) return;
        foreach (var part in layout.Parts)
        {
            var member = part.Member!;
            switch (part)
            {
                case PropertyPart when !member.IsLocal:
                    CheckProperty(evaluator, frame, parent, member.Name!, member, isGenerated: false);
                    break;
                case ElementPart when kind is ClassKind.Typed or ClassKind.Mapping:
                    throw FailElement(evaluator, frame, parent, member, isGenerated: false);
                case EntryPart when kind == ClassKind.Typed:
                    throw FailEntry(evaluator, frame, parent, member, isGenerated: false);
                case EntryPart entry when kind == ClassKind.Listing:
                    var header = member.HeaderSpan;
                    CheckIndex(evaluator, frame, parent, BodyLayout.ConstantKey(entry.Key)!, header, header);
                    break;
            }
        }
    }

    /// <summary>Refuses a property that an object of the parent's class cannot have, or not set.</summary>
    public static void CheckProperty(Evaluator evaluator, Frame frame, ObjectValue parent, string name, SyntaxMember? member, bool isGenerated)
    {
        var @class = parent.Class;
        if (@class.Kind == ClassKind.Dynamic) return;
        if (@class.Kind is ClassKind.Listing or ClassKind.Mapping)
        {
            if (name is "default") return;
            throw evaluator.FailAt(
                frame.Module, member!.HeaderSpan, $"Object of type `{@class.DisplayName}` cannot have a property (other than `default`).",
                "Objects of type `Listing` and `Mapping` can only have a `default` property (and `local` properties). "
                + "If you did not mean to set a property, you probably got the syntax wrong. "
                + "For example, `obj { name = \"Pigeon\" }` sets a property, whereas `obj { [\"name\"] = \"Pigeon\" }` adds an entry.");
        }
        var property = @class.FindProperty(name);
        if (property is not null && !property.IsConstOrFixed) return;
        if (member is not null) evaluator.At(frame.Module, member.HeaderSpan);
        if (property is null)
        {
            var error = evaluator.FailProperty(@class.Prototype, name, isRead: false, isImplicit: false);
            if (evaluator.Options.UnknownProperty is not { } report) throw error;
            report(error);
            return;
        }
        var amends = member is not null && !isGenerated && member.HasBodies;
        throw evaluator.Fail($"Cannot {(amends ? "amend" : "assign to")} {(property.IsConst ? "const" : "fixed")} property `{name}`.");
    }

    private static void CheckIndex(Evaluator evaluator, Frame frame, ObjectValue parent, Value key, SourceSpan site, SourceSpan keySpan)
    {
        if (key is not IntValue index)
            throw evaluator.FailAt(frame.Module, keySpan, $"Expected key of type `Int`, but got type `{evaluator.ClassOf(key).DisplayName}`.");
        if (index.Value < 0 || index.Value >= parent.Length)
            throw evaluator.FailAt(frame.Module, site, $"Element index `{index.Value:N0}` is out of range `0`..`{parent.Length - 1:N0}`.");
    }

    // The reference shows the object instead of its class where the body has generators.
    private static string Described(Evaluator evaluator, ObjectValue parent, bool isGenerated) =>
        isGenerated && Library.ValueText.Of(evaluator, parent) is { FromEnvironment: false } text ? text.Value : parent.Class.DisplayName;

    private static EvaluationException FailElement(Evaluator evaluator, Frame frame, ObjectValue parent, SyntaxMember? member, bool isGenerated)
    {
        if (member is not null) evaluator.At(frame.Module, member.HeaderSpan);
        return evaluator.Fail(
            $"Object of type `{Described(evaluator, parent, isGenerated)}` cannot have an element.",
            "Only objects of type `Listing` and `Dynamic` can have elements. "
            + "If you did not mean to add an element, you probably got the syntax wrong. "
            + "For example, `obj { name }` adds an element, whereas `obj { name = \"Pigeon\" }` sets a property.");
    }

    private static EvaluationException FailEntry(Evaluator evaluator, Frame frame, ObjectValue parent, SyntaxMember member, bool isGenerated)
    {
        evaluator.At(frame.Module, member.HeaderSpan);
        return evaluator.Fail(
            $"Object of type `{Described(evaluator, parent, isGenerated)}` cannot have an entry.",
            "Only objects of type `Mapping` and `Dynamic` can have entries. "
            + "If you did not mean to add an entry, you probably got the syntax wrong. "
            + "For example, `obj { [\"name\"] = \"Pigeon\" }` adds an entry, whereas `obj { name = \"Pigeon\" }` sets a property.");
    }
}
