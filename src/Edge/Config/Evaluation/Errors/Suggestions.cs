using Edge.Config.Library;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>What a misspelt name may have meant.</summary>
internal static class Suggestions
{
    // Low enough that two names of three letters that differ in the first one are alike.
    private const double Threshold = 0.77;

    public static bool IsModule(ObjectValue value) => value.Class.IsModuleClass;

    /// <param name="evaluator">For <c>pkl:base</c>.</param>
    /// <param name="receiver">Where the name was looked for.</param>
    /// <param name="name">The name.</param>
    /// <param name="arity">The number of arguments, or -1 for a property.</param>
    /// <param name="isRead">Whether methods are candidates too.</param>
    /// <param name="isImplicit">Whether the levels around were searched as well.</param>
    public static List<string> ForMember(Evaluator evaluator, ObjectValue receiver, string name, int arity, bool isRead, bool isImplicit)
    {
        var found = new List<(string Signature, string Key, double Similarity, int ArityDifference)>();
        void Consider(string candidate, bool isMethod, int parameters, string signature)
        {
            var similarity = Similarity(candidate, name);
            if (similarity < Threshold) return;
            if (similarity == 1 && arity != 0)
            {
                if (arity < 0) return;
                signature += ".apply(...)";
            }
            var key = (isMethod ? "m:" : "p:") + candidate;
            foreach (var other in found)
                if (other.Key == key)
                    return;
            found.Add((signature, key, similarity, Math.Abs(parameters - arity)));
        }
        void Properties(ObjectValue owner, bool includeLocal)
        {
            for (var at = 0; at < owner.Members.Count; at++)
                if (owner.Members.Key(at) is string candidate && (includeLocal || !owner.Members[at].IsLocal))
                    Consider(candidate, isMethod: false, -1, StringText.Identifier(candidate));
        }
        void Methods(IEnumerable<MethodMember> methods, bool includeLocal)
        {
            if (!isRead) return;
            foreach (var method in methods)
                if (includeLocal || !method.IsLocal)
                    Consider(method.Name, isMethod: true, method.Parameters.Length, Signature(method));
        }
        if (isImplicit)
        {
            for (var level = receiver; level is not null; level = level.Enclosing?.Owner)
            {
                Properties(level, includeLocal: true);
                if (level.IsPrototype) Methods(level.Class.Level.Names!.Methods, includeLocal: true);
            }
            Properties(evaluator.Base.Module.Self, includeLocal: false);
            Methods(AllMethods(evaluator.Base.Module.Class), includeLocal: false);
        }
        for (var owner = receiver; owner is not null; owner = owner.Parent) Properties(owner, includeLocal: false);
        Methods(AllMethods(receiver.Class), includeLocal: false);
        // A stable sort by likeness, then by the number of parameters.
        var ordered = found.OrderByDescending(c => c.Similarity).ThenBy(c => c.ArityDifference);
        return [.. ordered.Select(c => c.Signature)];
    }

    public static List<string> ForKey(Value container, string key)
    {
        var found = new List<(string Key, double Similarity)>();
        void Consider(Value candidate)
        {
            if (candidate is StringValue text && Similarity(text.Value, key) is var similarity && similarity >= Threshold)
                found.Add((text.Value, similarity));
        }
        if (container is MapValue map)
            foreach (var entry in map.Entries) Consider(entry.Key);
        else if (container is ObjectValue @object)
            foreach (var member in Evaluator.ShownMembers(@object))
                if (member.Member.Kind == MemberKind.Entry) Consider((Value)member.Key);
        return [.. found.OrderByDescending(c => c.Similarity).Select(c => StringText.Quote(c.Key))];
    }

    /// <summary>The names of an object's properties in alphabetical order; without the library's own where one is defined.</summary>
    public static List<string> Properties(ObjectValue receiver, bool isRead)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var owner = receiver; owner is not null; owner = owner.Parent)
            for (var at = 0; at < owner.Members.Count; at++)
                if (owner.Members.Key(at) is string name && !owner.Members[at].IsLocal && (isRead || (owner.Members[at].Modifiers & Modifiers.External) == 0))
                    names.Add(name);
        return [.. names];
    }

    public static List<string> Methods(ClassValue @class) => [.. AllMethods(@class).Select(Signature).Order(StringComparer.Ordinal)];

    private static IEnumerable<MethodMember> AllMethods(ClassValue @class)
    {
        var seen = new HashSet<string>();
        for (var c = @class; c is not null; c = c.Superclass)
            foreach (var method in c.Level.Names!.Methods)
                if (!method.IsLocal && seen.Add(method.Name))
                    yield return method;
    }

    private static string Signature(MethodMember method) =>
        $"{method.Name}({string.Join(", ", method.Parameters.Select(p => p.Name?.Text ?? "_"))})";

    /// <summary>Jaro and Winkler's similarity of two strings, from 0 to 1.</summary>
    internal static double Similarity(string a, string b)
    {
        if (a == b) return 1;
        var (longer, shorter) = a.Length > b.Length ? (a, b) : (b, a);
        var window = Math.Max(longer.Length / 2 - 1, 0);
        var partner = new int[shorter.Length];
        var taken = new bool[longer.Length];
        var matches = 0;
        for (var i = 0; i < shorter.Length; i++)
        {
            partner[i] = -1;
            for (var j = Math.Max(i - window, 0); j < Math.Min(i + window + 1, longer.Length); j++)
            {
                if (taken[j] || longer[j] != shorter[i]) continue;
                taken[j] = true;
                partner[i] = j;
                matches++;
                break;
            }
        }
        if (matches == 0) return 0;
        var outOfOrder = 0;
        var at = 0;
        for (var i = 0; i < shorter.Length; i++)
        {
            if (partner[i] < 0) continue;
            while (!taken[at]) at++;
            if (shorter[i] != longer[at++]) outOfOrder++;
        }
        double m = matches;
        var jaro = (m / a.Length + m / b.Length + (m - outOfOrder / 2) / m) / 3;
        if (jaro <= 0.7) return jaro;
        var prefix = 0;
        while (prefix < shorter.Length && a[prefix] == b[prefix]) prefix++;
        return jaro + Math.Min(0.1, 1.0 / longer.Length) * prefix * (1 - jaro);
    }
}
