using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Makes a <c>Dynamic</c>, <c>Listing</c>, <c>Mapping</c> or typed object from values, for the library.</summary>
internal sealed class ObjectBuilder(Evaluator evaluator)
{
    private readonly List<object> _keys = [];
    private readonly List<Member> _members = [];
    private int _length;

    public ObjectBuilder Property(string name, Value value) => Add(Names.Intern(name), MemberKind.Property, value);

    public ObjectBuilder Element(Value value) => Add(IntValue.Of(_length++), MemberKind.Element, value);

    /// <summary>The key must be new.</summary>
    public ObjectBuilder Entry(Value key, Value value) => Add(key, MemberKind.Entry, value);

    public ObjectValue ToDynamic() => Build(evaluator.Base.Dynamic);

    public ObjectValue ToListing() => Build(evaluator.Base.Listing);

    public ObjectValue ToMapping() => Build(evaluator.Base.Mapping);

    /// <summary>An instance of <paramref name="class"/>; the properties are not checked against its types.</summary>
    public ObjectValue To(ClassValue @class) => Build(@class);

    private ObjectBuilder Add(object key, MemberKind kind, Value value)
    {
        _keys.Add(key);
        _members.Add(new ConstantMember(kind, value));
        return this;
    }

    private ObjectValue Build(ClassValue @class) =>
        new(@class, @class.Prototype, null, new MemberTable([.. _keys], [.. _members]), _length);
}
