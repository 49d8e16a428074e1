using Edge.Config.Library;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>A tree that is written and read is the tree that was parsed.</summary>
public sealed class SyntaxBlobTests
{
    [Test]
    public async Task Every_snippet_comes_back_as_it_was_parsed()
    {
        var differences = new List<string>();
        var read = 0;
        foreach (var verdict in Snippets.All.Where(v => !v.IsError))
        {
            var module = Parser.Parse(Snippets.Read(verdict.File));
            var bytes = SyntaxWriter.Write(module);
            var copy = new SyntaxBlob(bytes).Read();
            if (SyntaxDump.Of(copy) != SyntaxDump.Of(module))
                differences.Add(verdict.File);
            if (!SyntaxWriter.Write(copy).AsSpan().SequenceEqual(bytes))
                differences.Add($"{verdict.File}, written again");
            read++;
        }
        await Assert.That(differences).IsEmpty();
        await Assert.That(read).IsGreaterThan(400);
    }

    [Test]
    [Arguments("")]
    [Arguments("a = \"\\u{D800}\\u{DC00}x\\u{DC00}\\u{D800}\"")]
    [Arguments("a = \"日本😀\"\n`日本 é` = -9223372036854775808\nb = 9223372036854775807\nc = 1e-300\nd = 1e999")]
    [Arguments("class A\nclass B { a: Int }\nclass C { `class`: Int }\n")]
    [Arguments("f = g\nh = g()\ni = g(1)\nj: *A|B|C?\nk: A|*B\nl = super.m\nn = super.o(p)\n")]
    public async Task So_does_what_snippets_seldom_have(string source)
    {
        var module = Parse.Module(source);
        await Assert.That(SyntaxDump.Of(new SyntaxBlob(SyntaxWriter.Write(module)).Read())).IsEqualTo(SyntaxDump.Of(module));
    }

    public static IEnumerable<string> PrebuiltUris() => PrebuiltModules.Uris;

    [Test]
    [MethodDataSource(nameof(PrebuiltUris))]
    public async Task A_prebuilt_module_is_its_source_parsed(string uri)
    {
        var module = PrebuiltModules.Find(uri)!;
        await Assert.That(SyntaxDump.Of(module.Syntax)).IsEqualTo(SyntaxDump.Of(Parser.Parse(module.Source)));
        await Assert.That(ReferenceEquals(PrebuiltModules.Find(uri)!.Syntax, module.Syntax)).IsTrue();
    }

    [Test]
    public async Task The_base_module_and_the_schema_are_prebuilt()
    {
        var schema = File.ReadAllBytes(Repository.PathOf("schema", "EdgeServer.pkl"));
        await Assert.That(PrebuiltModules.Uris).Contains("pkl:base");
        await Assert.That(PrebuiltModules.Find("edge:serve/EdgeServer.pkl")!.Source.Utf8.Span.SequenceEqual(schema)).IsTrue();
        await Assert.That(PrebuiltModules.Find("pkl:nonesuch")).IsNull();
    }

    [Test]
    public async Task The_dump_tells_trees_apart()
    {
        await Assert.That(SyntaxDump.Of(Parse.Module("a = b()"))).IsNotEqualTo(SyntaxDump.Of(Parse.Module("a = b  ")));
        await Assert.That(SyntaxDump.Of(Parse.Module("a = 1"))).IsNotEqualTo(SyntaxDump.Of(Parse.Module("a =  1")));
    }

    [Test]
    public async Task Names_that_are_read_are_the_names_that_are_parsed()
    {
        var copy = new SyntaxBlob(SyntaxWriter.Write(Parse.Module("class Some { property_of_some: Int }"))).Read();
        var member = ((ClassSyntax)copy.Members[0]).Members[0];
        await Assert.That(ReferenceEquals(member.Name.Text, ((UnqualifiedAccess)Parse.Expression("property_of_some")).Name.Text)).IsTrue();
        await Assert.That(ReferenceEquals(((ClassSyntax)copy.Members[0]).Members[0], member)).IsTrue();
    }

    [Test]
    public async Task Bytes_of_another_version_are_refused()
    {
        var bytes = SyntaxWriter.Write(Parse.Module("a = 1"));
        bytes[0]++;
        await Assert.That(() => new SyntaxBlob(bytes)).Throws<InvalidDataException>();
    }
}
