using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Edge.Generators.Tests.Layers;

/// <summary>Each way to reach out of a room, in line 10 of the core's file where nothing else is said.</summary>
public sealed class LayerAnalyzerTests
{
    private const string Values = """
        namespace Edge.Values;

        public class Point
        {
            public int X;
            public void Move() { }
        }
        """;

    private const string Right = """
        namespace Edge.Cores.Right;

        using System;
        using System.Collections.Generic;

        public class Session
        {
            public const int Limit = 3;
            public static Session Current => new();
            public static void Use(Session session) { }
            public static implicit operator Session(Edge.Values.Point point) => new();
            public static Session operator +(Edge.Values.Point point, Session session) => session;
            public void Run() { }
        }

        public interface IRun { }
        public enum Kind { One }
        public delegate void Handler();
        public struct Pair { public void Deconstruct(out int left, out int right) => (left, right) = (1, 2); }

        [AttributeUsage(AttributeTargets.All)]
        public sealed class MarkAttribute : Attribute { public int Level { get; set; } }

        public static class Extensions
        {
            public static void Push(this Edge.Values.Point point) { }
            public static IEnumerator<int> GetEnumerator(this Edge.Values.Point point) { yield break; }
            public static void Deconstruct(this Edge.Values.Point point, out int x, out int y) => (x, y) = (point.X, point.X);
            public static void Add(this List<Edge.Values.Point> points, string text) { }
        }
        """;

    /// <summary>A core's file: the members stand in line 10 and below.</summary>
    private static string Core(string members, string usings = "") => $$"""
        namespace Edge.Cores.Left;
        using System; using System.Collections.Generic; using System.Linq; using System.Threading.Tasks; using Edge.Values; {{usings}}






        public class Core {
        {{members}}
        }
        """;

    private static async Task<string> CheckCore(string members, string usings = "") =>
        LayerCompilation.Summarize(await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Values/Point.cs", Values),
            ("/house/src/Edge/Cores/Right/Session.cs", Right),
            ("/house/src/Edge/Cores/Left/Core.cs", Core(members, usings))));

    [Test]
    [Arguments("private Edge.Cores.Right.Session? _session;")]
    [Arguments("private List<Edge.Cores.Right.Session[]>? _sessions;")]
    [Arguments("private (int, Edge.Cores.Right.Kind) _pair;")]
    [Arguments("public Edge.Cores.Right.Session? Session { get; }")]
    [Arguments("public void M(Edge.Cores.Right.Session session) { }")]
    [Arguments("public class C : Edge.Cores.Right.IRun { }")]
    [Arguments("public class C<T> where T : Edge.Cores.Right.Session { }")]
    [Arguments("public event Edge.Cores.Right.Handler? Raised;")]
    [Arguments("public delegate Edge.Cores.Right.Session? Make();")]
    [Arguments("[Edge.Cores.Right.Mark] public void M() { }")]
    [Arguments("[Edge.Cores.Right.Mark(Level = 1)] public int F;")]
    [Arguments("public void M([Edge.Cores.Right.Mark] int x) { }")]
    [Arguments("public string M() => nameof(Edge.Cores.Right.Session);")]
    [Arguments("public string M() => nameof(Edge.Cores.Right.Session.Run);")]
    [Arguments("public Type M() => typeof(Edge.Cores.Right.Session);")]
    [Arguments("public Type M() => typeof(List<Edge.Cores.Right.Session>);")]
    [Arguments("public object M() => new Edge.Cores.Right.Session();")]
    [Arguments("public bool M(object o) => o is Edge.Cores.Right.Session;")]
    [Arguments("public object M(object o) => (Edge.Cores.Right.Session)o;")]
    [Arguments("public int M(int limit = Edge.Cores.Right.Session.Limit) => limit;")]
    [Arguments("public int M(object k) => k switch { Edge.Cores.Right.Kind.One => 1, _ => 0 };")]
    [Arguments("public void M() => global::Edge.Cores.Right.Session.Use(null!);")]
    [Arguments("public void M() { List<Edge.Cores.Right.Session> x = []; }")]
    [Arguments("public unsafe delegate*<Edge.Cores.Right.Session, void> P;")]
    public async Task A_named_reference_to_another_core_is_an_error(string member) =>
        await Assert.That(await CheckCore(member)).IsEqualTo("EDGEL004 10");

    [Test]
    [Arguments("public void M(Point p) => p.Push();", "using Edge.Cores.Right;")]
    [Arguments("public void M(Point p) { foreach (var x in p) { } }", "using Edge.Cores.Right;")]
    [Arguments("public void M(Point p) { var (x, y) = p; }", "using Edge.Cores.Right;")]
    [Arguments("public void M(object p) { if (p is Point(1, 2)) { } }", "using Edge.Cores.Right;")]
    [Arguments("public void M() { var l = new List<Point> { \"a\" }; }", "using Edge.Cores.Right;")]
    [Arguments("public void M() { Use(new()); }", "using static Edge.Cores.Right.Session;")]
    [Arguments("public void M() { var s = Current; }", "using static Edge.Cores.Right.Session;")]
    [Arguments("public int M() => Limit;", "using static Edge.Cores.Right.Session;")]
    [Arguments("private S? _s;", "using S = Edge.Cores.Right.Session;")]
    public async Task A_reference_by_a_using_is_an_error_where_it_is_used(string member, string usings) =>
        await Assert.That(await CheckCore(member, usings)).IsEqualTo("EDGEL004 10");

    [Test]
    [Arguments("using Edge.Cores.Right;")]
    [Arguments("using S = Edge.Cores.Right.Session;")]
    public async Task A_using_alone_is_no_use(string usings) =>
        await Assert.That(await CheckCore("", usings)).IsEqualTo("");

    [Test]
    public async Task A_global_using_alias_is_an_error_where_it_is_used()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Usings.cs", "global using Watch = System.Diagnostics.Stopwatch;\nglobal using static System.Console;"),
            ("/house/src/Edge/Cores/Left/Core.cs", "namespace Edge.Cores.Left;\npublic class Core\n{\n    private Watch? _watch;\n    public void M() => WriteLine();\n}"));
        await Assert.That(LayerCompilation.Summarize(diagnostics)).IsEqualTo("EDGEL005 4, EDGEL005 5");
    }

    /// <summary>A holder of the core's own room hands the other room's values on: nothing in line 20 names the room.</summary>
    [Test]
    [Arguments("var s = Holder.Get();")]
    [Arguments("Holder.Take(Holder.Get());")]
    [Arguments("Holder.Take(new());")]
    [Arguments("Holder.Take(default);")]
    [Arguments("Holder.Take(p);")]
    [Arguments("_ = p + null!;")]
    [Arguments("Holder.Each(static s => { });")]
    [Arguments("Holder.Make(out var s);")]
    [Arguments("if (Holder.Get() is var s) { }")]
    [Arguments("Holder.Get()!.Run();")]
    [Arguments("Holder.Many()[0].Run();")]
    [Arguments("foreach (var s in Holder.Many()) { }")]
    [Arguments("var a = new[] { Holder.Get() };")]
    [Arguments("Holder.All = [];")]
    [Arguments("var f = Holder.Get;")]
    [Arguments("if (Holder.Many() is [{ } s]) { }")]
    [Arguments("var t = (1, Holder.Get());")]
    [Arguments("var (x, y) = Holder.Pair();")]
    [Arguments("Holder.Kind();")]
    [Arguments("Holder.Generic(Holder.Get());")]
    [Arguments("inherited.Run();")]
    [Arguments("inherited.Overridden();")]
    [Arguments("var i = Holder.Initialised;")]
    public async Task An_implicit_use_is_an_error(string statement)
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Values/Point.cs", Values),
            ("/house/src/Edge/Cores/Right/Session.cs", Right.Replace("public void Run() { }", "public void Run() { } public virtual void Overridden() { }", StringComparison.Ordinal)),
            ("/house/src/Edge/Cores/Left/Holder.cs", """
                namespace Edge.Cores.Left;
                using System; using System.Collections.Generic; using Edge.Cores.Right;
                public class Derived : Session { public override void Overridden() { } }
                public static class Holder
                {
                    public static Session? Get() => null;
                    public static void Take(Session? session) { }
                    public static void Each(Action<Session> action) { }
                    public static void Make(out Session? session) => session = null;
                    public static List<Session> Many() => [];
                    public static Session[]? All { set { } }
                    public static Pair Pair() => default;
                    public static Kind Kind() => default;
                    public static void Generic<T>(T value) { }
                    public static Session Initialised => new();
                }
                """),
            ("/house/src/Edge/Cores/Left/User.cs", $$"""
                namespace Edge.Cores.Left;
                public class User
                {
                    public void M(Edge.Values.Point p, Derived inherited)
                    {
                        {{(statement.StartsWith("_ = p", StringComparison.Ordinal) ? "_ = p + Holder.Get()!;" : statement)}}
                    }
                }
                """));
        var inUser = diagnostics.Where(d => d.Location.GetLineSpan().Path.EndsWith("User.cs", StringComparison.Ordinal));
        await Assert.That(LayerCompilation.Summarize(inUser)).IsEqualTo("EDGEL004 6");
    }

    [Test]
    [Arguments("public void M() { Holder(); void Holder() { long t = DateTime.UtcNow.Ticks; } }", "EDGEL005 10")]
    [Arguments("public long M() => DateTime.UtcNow.Ticks;", "EDGEL005 10")]
    [Arguments("public long T { get; } = DateTime.UtcNow.Ticks;", "EDGEL005 10")]
    [Arguments("private readonly long _t = DateTime.UtcNow.Ticks;", "EDGEL005 10")]
    [Arguments("public string M() => nameof(DateTime.UtcNow);", "EDGEL005 10")]
    [Arguments("public Func<DateTime> M() => static () => DateTime.UtcNow;", "EDGEL005 10")]
    [Arguments("public Core() : this(System.Diagnostics.Stopwatch.GetTimestamp()) { }\npublic Core(long t) { }", "EDGEL005 10")]
    [Arguments("public class C(long t); public class D() : C(System.Diagnostics.Stopwatch.GetTimestamp());", "EDGEL005 10")]
    [Arguments("public Task? M() => null;", "EDGEL005 10")]
    [Arguments("public async void M() { }", "EDGEL005 10")]
    [Arguments("public Action M() => static async () => { };", "EDGEL005 10")]
    [Arguments("public void M() { lock (this) { } }", "EDGEL005 10")]
    [Arguments("public int M(int[] a) => a.Sum();", "EDGEL005 10")]
    [Arguments("public object M(int[] a) => from x in a select x;", "EDGEL005 10")]
    [Arguments("public Func<int> M(int x) => () => x;", "EDGEL005 10")]
    [Arguments("public Func<int> M() => delegate { return 1; };", "EDGEL005 10")]
    [Arguments("private static int s_count;", "EDGEL005 10")]
    [Arguments("public static int Count { get; set; }", "EDGEL005 10")]
    [Arguments("public static event Action? Raised;", "EDGEL005 10")]
    [Arguments("public object? M() => (System.Net.Sockets.Socket?)null;", "EDGEL005 10")]
    [Arguments("public object M() => new System.Net.Http.HttpClient();", "EDGEL005 10")]
    [Arguments("public System.Net.Http.HttpClient M() => new();", "EDGEL005 10")]
    [Arguments("public class C : System.Net.Http.HttpClient;", "EDGEL005 10")]
    [Arguments("public void M() => Console.WriteLine();", "EDGEL005 10")]
    public async Task A_banned_api_is_an_error(string member, string expected) =>
        await Assert.That(await CheckCore(member)).IsEqualTo(expected);

    [Test]
    [Arguments("private Point? _point;")]
    [Arguments("public void M(Point p) => p.Move();")]
    [Arguments("public DateTime M(DateTime now) => now.AddSeconds(1);")]
    [Arguments("public DateTime M() => DateTime.UnixEpoch;")]
    [Arguments("public Func<int> M() => static () => 1;")]
    [Arguments("private static readonly int[] s_table = [1];")]
    [Arguments("public const int Limit = 1;")]
    [Arguments("public static int Count => 1;")]
    [Arguments("public static int Count { get; } = 1;")]
    [Arguments("public int Count { get; set; }")]
    [Arguments("public bool M(System.Net.IPAddress a) => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;")]
    [Arguments("public void M(System.Net.Http.HttpClient client) => client.Dispose();")]
    [Arguments("public object M() => new { X = 1 };")]
    [Arguments("public int M(List<int> l) { var s = 0; foreach (var x in l) s += x; return s; }")]
    [Arguments("public record R(int A); public R M(R r) => r with { A = 2 };")]
    public async Task A_permitted_use_is_none(string member) =>
        await Assert.That(await CheckCore(member)).IsEqualTo("");

    [Test]
    public async Task A_room_above_may_use_what_it_lists_and_what_is_banned_below_it()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Cores/Left/Core.cs", "namespace Edge.Cores.Left;\npublic class Core { public void M() { } }"),
            ("/house/src/Edge/Machine/Loop.cs", """
                namespace Edge.Machine;
                public class Loop
                {
                    private static int s_started;
                    public async System.Threading.Tasks.Task Run(Edge.Cores.Left.Core core)
                    {
                        core.M();
                        s_started++;
                        System.Console.WriteLine(System.DateTime.UtcNow);
                        using var client = new System.Net.Http.HttpClient();
                        await System.Threading.Tasks.Task.Yield();
                        lock (this) { }
                    }
                }
                """));
        await Assert.That(LayerCompilation.Summarize(diagnostics)).IsEqualTo("");
    }

    [Test]
    public async Task Documentation_is_no_use() =>
        await Assert.That(await CheckCore("/// <summary>See <see cref=\"Edge.Cores.Right.Session\"/> and <see cref=\"Console\"/>.</summary>\npublic int X;")).IsEqualTo("");

    [Test]
    public async Task A_room_that_is_not_listed_is_an_error_with_the_line_to_change()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Values/Point.cs", Values),
            ("/house/src/Edge/Machine/Loop.cs", "namespace Edge.Machine;\npublic class Loop { private Edge.Values.Point? _p; }"));
        await Assert.That(diagnostics.Single().GetMessage(null)).IsEqualTo(
            "Room Machine may not use Edge.Values.Point of room Values: layers.txt (line 9) does not list it. "
            + "Hand the value in from a room that may use both, or list Values there with its reason");
    }

    [Test]
    public async Task A_reference_upwards_says_so()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Machine/Loop.cs", "namespace Edge.Machine;\npublic class Loop;"),
            ("/house/src/Edge/Values/Point.cs", "namespace Edge.Values;\npublic class Point { public Edge.Machine.Loop? Loop; }"));
        await Assert.That(diagnostics.Single().GetMessage(null)).IsEqualTo(
            "Room Values may not use Edge.Machine.Loop of room Machine: references point down, and Machine (layer 2) is above Values (layer 0). "
            + "Move what both need into a lower room, or hand it over as a value in an outbox");
    }

    [Test]
    public async Task A_ban_says_its_reason_and_where_it_stands()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Values/Clock.cs", "namespace Edge.Values;\npublic class Clock { public long Now => System.DateTime.UtcNow.Ticks; }"));
        await Assert.That(diagnostics.Single().GetMessage(null)).IsEqualTo(
            "Room Values may not use System.DateTime.UtcNow (ban clock, layers.txt line 11): time is an argument");
    }

    [Test]
    [Arguments("namespace Edge.Attic;\npublic class Box;", "EDGEL003 1")]
    [Arguments("namespace Edge;\npublic class Box;", "EDGEL003 1")]
    [Arguments("namespace Edge.Cores;\npublic class Box;", "EDGEL003 1")]
    [Arguments("namespace Elsewhere;\npublic class Box;\npublic class Other;", "EDGEL003 1")]
    [Arguments("namespace Edge { namespace Attic { public enum Box { } } }", "EDGEL003 1")]
    [Arguments("\npublic class Box;", "EDGEL003 2")]
    [Arguments("\npublic delegate void Box();", "EDGEL003 2")]
    [Arguments("namespace Edge.Values.Deeper;\npublic class Box;", "")]
    [Arguments("namespace Edge { namespace Cores { namespace Left { public class Box; } } }", "")]
    [Arguments("[assembly: System.Reflection.AssemblyMetadata(\"a\", \"b\")]", "")]
    public async Task A_namespace_in_no_room_is_an_error(string source, string expected) =>
        await Assert.That(LayerCompilation.Summarize(await LayerCompilation.AnalyzeAsync(LayerCompilation.House, ("/elsewhere/Box.cs", source))))
            .IsEqualTo(expected);

    [Test]
    public async Task A_sub_namespace_obeys_its_nearest_room()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/src/Edge/Cores/Right/Session.cs", "namespace Edge.Cores.Right.Handshakes;\npublic class Session;"),
            ("/house/src/Edge/Cores/Left/Core.cs", "namespace Edge.Cores.Left.Inner;\npublic class Core { private Edge.Cores.Right.Handshakes.Session? _s; }"));
        await Assert.That(LayerCompilation.Summarize(diagnostics)).IsEqualTo("EDGEL004 2");
    }

    [Test]
    [Arguments("/house/src/Edge/Cores/Right/Core.cs", "EDGEL006 1")]
    [Arguments("/house/src/Edge/Core.cs", "EDGEL006 1")]
    [Arguments("/house/src/Edge/Cores/Left/Core.cs", "")]
    [Arguments("/house/src/Edge/Cores/Left/Deeper/Core.cs", "")]
    [Arguments("/house/artifacts/obj/generated/Core.g.cs", "")]
    public async Task A_file_lies_in_its_rooms_folder(string path, string expected) =>
        await Assert.That(LayerCompilation.Summarize(await LayerCompilation.AnalyzeAsync(LayerCompilation.House, (path, "namespace Edge.Cores.Left;\npublic class Core;"))))
            .IsEqualTo(expected);

    [Test]
    [Arguments("    extends Cores.Left: parts", "partial class Core { private Edge.Machine.Loop? _loop; }", "")]
    [Arguments("    extends Cores.Left: parts", "partial class Core { private Edge.Values.Point? _point; }", "EDGEL004 2")]
    [Arguments("    extends Cores.Left: parts", "class Other { }", "EDGEL006 1")]
    [Arguments("", "partial class Core { }", "EDGEL006 1")]
    public async Task Parts_added_to_another_rooms_types_obey_the_folders_room(string extends, string part, string expected)
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House.Replace("    uses Cores.Left: it drives the core", "    uses Cores.Left: it drives the core\n" + extends, StringComparison.Ordinal),
            ("/house/src/Edge/Values/Point.cs", Values),
            ("/house/src/Edge/Cores/Left/Core.cs", "namespace Edge.Cores.Left;\npublic partial class Core;"),
            ("/house/src/Edge/Machine/Loop.cs", "namespace Edge.Machine;\npublic class Loop;"),
            ("/house/src/Edge/Machine/Core.cs", "namespace Edge.Cores.Left;\npublic " + part));
        await Assert.That(LayerCompilation.Summarize(diagnostics)).IsEqualTo(expected);
    }

    [Test]
    public async Task A_file_marked_as_generated_is_checked_like_any_other()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House,
            ("/house/artifacts/obj/Core.g.cs", "// <auto-generated/>\nnamespace Edge.Cores.Left;\n[System.CodeDom.Compiler.GeneratedCode(\"x\", \"1\")]\npublic class Core { public long M() => System.DateTime.UtcNow.Ticks; }"));
        await Assert.That(LayerCompilation.Summarize(diagnostics)).IsEqualTo("EDGEL005 4");
    }

    [Test]
    public async Task What_a_generator_emits_is_checked_and_foreign_namespaces_are_not()
    {
        Compilation compilation = CSharpCompilation.Create(
            "snippet",
            references: [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        CSharpGeneratorDriver.Create(new Emitter()).RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);
        var diagnostics = await LayerCompilation.AnalyzeAsync(
            LayerCompilation.House + "\nforeign System.Emitted: a generator puts it there", compilation);
        await Assert.That(LayerCompilation.Summarize(diagnostics)).IsEqualTo("EDGEL005 1");
    }

    [Test]
    public async Task Without_rules_nothing_passes_unseen()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync(null, ("/house/src/Edge/Values/Point.cs", Values));
        await Assert.That(diagnostics.Single().Id).IsEqualTo("EDGEL001");
    }

    [Test]
    public async Task A_fault_in_the_rules_is_an_error_at_its_line_in_the_file()
    {
        var diagnostics = await LayerCompilation.AnalyzeAsync("layer 0: values\nroom Values: values\nuses Attic: boxes", ("/house/src/Edge/Values/Point.cs", Values));
        var fault = diagnostics.Single();
        await Assert.That($"{fault.Id} {fault.Location.GetLineSpan().Path}({fault.Location.GetLineSpan().StartLinePosition.Line + 1}) {fault.GetMessage(null)}")
            .IsEqualTo("EDGEL002 /house/layers.txt(3) room Values uses Attic, which is no room");
        await Assert.That(fault.Severity).IsEqualTo(DiagnosticSeverity.Error);
    }

    private sealed class Emitter : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context) =>
            context.RegisterPostInitializationOutput(static output =>
            {
                output.AddSource("Core.g.cs", "namespace Edge.Cores.Left { public class Core { public long M() => System.DateTime.UtcNow.Ticks; } }");
                output.AddSource("Foreign.g.cs", "namespace System.Emitted { public class Other { public long M() => System.DateTime.UtcNow.Ticks; } }");
            });
    }
}
