using System.Collections.Immutable;
using Edge.Config.Evaluation;
using Edge.Config.Syntax;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

/// <summary>
/// Makes records of an evaluated configuration. It forces every property, since Pkl would not compute what nobody reads, and goes
/// on after an error, so that one run reports them all. What depends on a class is generated from the schema (the other half of
/// this class); this half reads plain values, and the checks that a schema cannot express are in <c>ConfigurationBinder.Checks.cs</c>.
/// After an error the records are incomplete and must not be used.
/// </summary>
internal sealed partial class ConfigurationBinder
{
    private readonly Evaluator _evaluator;
    private readonly ErrorList _errors;
    private readonly string _folder;
    private readonly Func<string, WireGuardFile>? _wireGuardFiles;

    /// <param name="evaluator">The evaluation that made the module.</param>
    /// <param name="errors">Where errors are noted.</param>
    /// <param name="folder">The configuration file's folder, absolute: relative paths start there.</param>
    /// <param name="wireGuardFiles">Reads wg-quick files; null: they are not looked at.</param>
    public ConfigurationBinder(Evaluator evaluator, ErrorList errors, string folder, Func<string, WireGuardFile>? wireGuardFiles = null)
    {
        _wireGuardFiles = wireGuardFiles;
        _evaluator = evaluator;
        _errors = errors;
        _folder = folder;
    }

    /// <summary>The configuration of an evaluated module; meaningless if an error was noted.</summary>
    /// <param name="module">The module, which amends the schema.</param>
    /// <param name="start">The beginning of the user's file: where errors are that have no better place.</param>
    public EdgeServer Bind(ObjectValue module, Location start) =>
        ReadEdgeServer(new Place(null, "", module, start, IsExplicit: true));

    private Place Property(Place owner, string name, string? advice = null, bool isSecret = false) =>
        owner.Object is { } @object
            ? Member(owner, @object, Names.Intern(name), name, advice, isSecret || owner.IsSecret)
            : Missing(owner, name);

    private Place Member(Place owner, ObjectValue @object, object key, string name, string? advice, bool isSecret)
    {
        var written = Definitions.Find(@object, key);
        var place = new Place(owner, name, null, written ?? owner.Where, written is not null) { Advice = advice, IsSecret = isSecret };
        var depth = _evaluator.CallDepth;
        try
        {
            // Generated from the same schema that the module amends: the member is there.
            return place with { Value = _evaluator.ReadOrNull(@object, key) ?? throw new InvalidOperationException($"{@object.Class.DisplayName} has no {name}") };
        }
        catch (EvaluationException error)
        {
            _evaluator.Unwind(depth);
            _errors.Add(error, place);
            return place;
        }
    }

    private static Place Missing(Place owner, string name) => new(owner, name, null, owner.Where, IsExplicit: false);

    // ---- plain values. The evaluator has checked the types; a value that is missing was reported.

    private bool ReadBoolean(Place place) => place.Value is BooleanValue { Value: var value } ? value : Unexpected<bool>(place);

    private int ReadInt(Place place) =>
        place.Value is IntValue { Value: >= int.MinValue and <= int.MaxValue and var value } ? (int)value : Unexpected<int>(place);

    private string ReadText(Place place) =>
        place.Value is StringValue { Value: var value } ? value : Unexpected<string>(place) ?? "";

    private Secret ReadSecret(Place place) => new(ReadText(place));

    private TimeSpan ReadDuration(Place place)
    {
        if (place.Value is not DurationValue duration) return Unexpected<TimeSpan>(place);
        if (Math.Abs(duration.Seconds) < TimeSpan.MaxValue.TotalSeconds) return TimeSpan.FromSeconds(duration.Seconds);
        _errors.Add(place, "this duration is not a number of seconds that can be counted");
        return default;
    }

    private long ReadDataSize(Place place)
    {
        if (place.Value is not DataSizeValue size) return Unexpected<long>(place);
        if (Math.Abs(size.Bytes) < long.MaxValue) return (long)size.Bytes;
        _errors.Add(place, "this size is not a number of bytes that can be counted");
        return default;
    }

    private static T? Optional<T>(Place place, Func<Place, T> read) where T : class =>
        place.Value is null or NullValue ? null : read(place);

    private static T? OptionalValue<T>(Place place, Func<Place, T> read) where T : struct =>
        place.Value is null or NullValue ? null : read(place);

    /// <summary>An object, or a plain value that stands for one.</summary>
    private static T ReadEither<T>(Place place, Func<Place, T> readObject, Func<Place, T> readPlain) =>
        place.Value is null or ObjectValue ? readObject(place) : readPlain(place);

    private ImmutableArray<T> ReadListing<T>(Place place, Func<Place, T> read)
    {
        if (place.Object is not { } listing) return Unexpected<ImmutableArray<T>>(place, []);
        var items = ImmutableArray.CreateBuilder<T>();
        foreach (var element in Children(place, listing, MemberKind.Element))
            items.Add(read(element));
        return items.DrainToImmutable();
    }

    private ImmutableArray<T> ReadListingOrOne<T>(Place place, Func<Place, T> read) =>
        place.Value is null or ObjectValue ? ReadListing(place, read) : [read(place)];

    private ImmutableArray<KeyValuePair<string, T>> ReadMapping<T>(Place place, Func<Place, string> readKey, Func<Place, T> read)
    {
        if (place.Object is not { } mapping) return Unexpected<ImmutableArray<KeyValuePair<string, T>>>(place, []);
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, T>>();
        foreach (var entry in Children(place, mapping, MemberKind.Entry))
        {
            var key = readKey(entry with
            {
                Value = new StringValue(entry.Key) { FromEnvironment = entry.IsKeySecret },
                Where = Definitions.KeyOf(entry, mapping),
                IsSecret = false,
                Advice = null,
            });
            entries.Add(new(key, read(entry)));
        }
        return entries.DrainToImmutable();
    }

    // The keys are known before any value is computed, so that one failing value does not hide the others.
    private List<Place> Children(Place place, ObjectValue @object, MemberKind kind)
    {
        var children = new List<Place>();
        foreach (var (key, member, _) in Evaluator.ShownMembers(@object))
            if (member.Kind == kind)
                children.Add(Member(place, @object, key, key.ToString()!, place.Advice, place.IsSecret) with { IsKeySecret = ((Value)key).FromEnvironment });
        return children;
    }

    // ---- what is wrong

    private T Refuse<T>(Place place, string text, string advice)
    {
        _errors.Add(place, text, advice);
        return default!;
    }

    /// <summary>A value of a type that the schema does not allow. Where there is none, the error that took it is reported already.</summary>
    private T Unexpected<T>(Place place, T instead = default!)
    {
        if (place.Value is not null)
            _errors.Add(place, "a value of this type does not fit here", place.Advice);
        return instead;
    }

    private void RequireExclusive(Place place, string advice, params ReadOnlySpan<string> names)
    {
        Place? first = null;
        foreach (var name in names)
        {
            var property = Property(place, name);
            if (property.Value is null or NullValue) continue;
            if (first is null)
            {
                first = property;
                continue;
            }
            var (earlier, later) = property.Where.Span.Start >= first.Where.Span.Start ? (first, property) : (property, first);
            _errors.Add(later, $"`{earlier.Key}` and `{later.Key}` exclude each other", advice);
        }
    }

    private void RequireTogether(Place place, string advice, params ReadOnlySpan<string> names)
    {
        Place? present = null;
        string? absent = null;
        foreach (var name in names)
        {
            var property = Property(place, name);
            if (property.Value is null) return;
            if (property.IsNull) absent ??= name;
            else present ??= property;
        }
        if (present is not null && absent is not null)
            _errors.Add(present, $"`{present.Key}` needs `{absent}`", advice);
    }

    private void RequireAnyOf(Place place, string advice, params ReadOnlySpan<string> names)
    {
        if (place.Object is null) return;
        foreach (var name in names)
            if (Property(place, name).Value is not NullValue)
                return;
        _errors.Add(place, $"`{place.ClassName}` needs one of {string.Join(", ", names.ToArray().Select(n => $"`{n}`"))}", advice);
    }

    /// <summary>Sees each record as it is made; overloads look at some of them.</summary>
    private static T Check<T>(Place place, T bound)
    {
        _ = place;
        return bound;
    }
}
