using Edge.Generators.Layers;
using Microsoft.CodeAnalysis.Text;

namespace Edge.Generators.Tests.Layers;

public sealed class LayerRulesParserTests
{
    [Test]
    [Arguments("layer 0: a\nroom A: a\nroom A: again", "3: room A is listed twice, first at line 2")]
    [Arguments("room A: a\nlayer 0: a\nroom B: b", "1: room A stands above every `layer` line, so it is in no layer")]
    [Arguments("layer 0: a\nroom A", "2: `room` wants its reason after a colon")]
    [Arguments("layer 0: a\nroom A: a\nuses A: me", "3: room A lists itself")]
    [Arguments("layer 0: a\nroom A: a\nroom B: b\nuses A, A: twice", "4: room B lists A twice")]
    [Arguments("layer 0: a\nroom A: a\nuses B: up\nlayer 1: b\nroom B: b", "3: room A in layer 0 uses B in layer 1: references point down")]
    [Arguments("layer 0 blind: a\nroom A: a\nroom B: b\nuses A: beside", "4: room B uses A, but layer 0 is blind: its rooms never use each other")]
    [Arguments("layer 0: a\nroom A: a\nuses B: x\nroom B: b\nuses C: x\nroom C: c\nuses A: x", "7: rooms use each other in a circle: A -> B -> C -> A")]
    [Arguments("layer 1: a\nroom A: a\nlayer 0: b\nroom B: b", "3: layer 0 stands below layer 1: layers are listed from 0 upwards, each once")]
    [Arguments("layer one: a", "1: `layer one` should be `layer N` or `layer N blind`, N from 0 to 9|1: no room is listed")]
    [Arguments("layer 0: a\nroom A: a\nuse B: b", "3: `use` is none of layer, room, uses, extends, foreign, ban, and no ban stands above it")]
    [Arguments("layer 0: a\nroom A: a\nban x: y\n", "3: `ban x` wants a scope: `in layers A-B`, `in ROOM`, `outside ROOM` or `everywhere`")]
    [Arguments("layer 0: a\nroom A: a\nban x nowhere: y\nSystem.Random", "3: `nowhere` is no scope: write `in layers A-B`, `in ROOM`, `outside ROOM` or `everywhere`")]
    [Arguments("layer 0: a\nroom A: a\nban x outside B: y\nSystem.Random", "3: `B` is no room")]
    [Arguments("layer 0: a\nroom A: a\nban x in layers 3-4: y\nSystem.Random", "3: ban x holds in no room")]
    [Arguments("layer 0: a\nroom A: a\nban x everywhere: y", "3: ban x lists no API below it")]
    [Arguments("layer 0: a\nroom A: a\nban x everywhere: y\nasynk", "4: `asynk` is neither a dotted name nor one of async, await, lock, closure, static-state|3: ban x lists no API below it")]
    [Arguments("layer 0: a\nroom A: a\nban x everywhere: y\nSystem.Random Console", "4: `System.Random Console` is no dotted name|3: ban x lists no API below it")]
    [Arguments("layer 0: a\nroom A: a\nban x everywhere: y\nSystem.Random\nSystem.Random", "5: `System.Random` is listed twice in ban x")]
    [Arguments("layer 0: a\nuses A: a\nroom A: a", "2: `uses` belongs below a room")]
    [Arguments("layer 0: a\nroom A: a\nroom B: b\nextends A: parts", "4: room B extends A, which it does not use")]
    [Arguments("layer 0: a\nroom A: a\nforeign Edge.B: b", "3: `Edge.B` is below Edge: make it a room")]
    [Arguments("layer 0: a\nroom Edge.A: a", "2: room Edge.A is named below Edge already: write `A`")]
    [Arguments("", "1: no room is listed")]
    public async Task A_fault_is_reported_at_its_line(string rules, string expected) =>
        await Assert.That(string.Join("|", Parse(rules).Faults.Select(f => $"{f.Line + 1}: {f.Message}"))).IsEqualTo(expected);

    [Test]
    public async Task The_house_has_no_fault() =>
        await Assert.That(Parse(HouseRules.Text()).Faults).IsEmpty();

    /// <summary>A misspelt API would ban nothing, and nobody would notice.</summary>
    [Test]
    public async Task Every_api_that_the_house_bans_exists()
    {
        var missing = Parse(HouseRules.Text()).Bans
            .SelectMany(ban => ban.Entries)
            .Where(entry => !LayerRules.Keywords.Contains(entry.Entry) && !HouseRules.Names(entry.Entry))
            .Select(entry => $"{entry.Line + 1}: {entry.Entry}");
        await Assert.That(string.Join(", ", missing)).IsEqualTo("");
    }

    [Test]
    [Arguments("Edge.Config.Syntax", "")]
    [Arguments("Edge.Crypto", "")]
    [Arguments("Edge.Protocols.Routes", "Foundation")]
    public async Task The_house_keeps_its_most_closed_rooms_closed(string @namespace, string expected) =>
        await Assert.That(string.Join(", ", Parse(HouseRules.Text()).RoomOf(@namespace)!.Uses.Select(use => use.Room))).IsEqualTo(expected);

    /// <summary>The analyzer guards a project only if the project hands it the rules.</summary>
    [Test]
    [Arguments("Edge")]
    [Arguments("Edge.Crypto")]
    public async Task The_project_runs_the_analyzer(string project)
    {
        var text = await File.ReadAllTextAsync(HouseRules.PathOf("src", project, project + ".csproj"));
        await Assert.That(text).Contains("<AdditionalFiles Include=\"../../layers.txt\" />");
        await Assert.That(text).Contains("Edge.Generators.csproj\" OutputItemType=\"Analyzer\"");
    }

    private static LayerRules Parse(string rules) => LayerRulesParser.Parse(SourceText.From(rules));
}
