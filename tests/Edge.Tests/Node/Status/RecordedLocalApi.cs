using System.Text.Json.Nodes;
using Edge.Foundation.Netmap;
using Edge.Node.Tailnet.State;

namespace Edge.Tests.Node.Status;

/// <summary>What a real daemon answered, and the netmap that it had.</summary>
internal static class RecordedLocalApi
{
    private static readonly Lazy<Dictionary<string, (string Head, string Body)>> s_exchanges = new(Load);

    public static IEnumerable<string> Names => s_exchanges.Value.Keys;

    public static string RequestOf(string name) => s_exchanges.Value[name].Head.Split(' ')[1];

    public static JsonNode Answer(string name) => JsonNode.Parse(s_exchanges.Value[name].Body)!;

    public static string Text(string name) => s_exchanges.Value[name].Body;

    /// <summary>The nodes that who-is told of, as the netmap of the first.</summary>
    public static NetworkMap Map()
    {
        JsonNode[] answers = [Answer("whois: this node"), Answer("whois: peer by address"), Answer("whois: tagged peer")];
        var map = new JsonObject
        {
            ["Node"] = answers[0]["Node"]!.DeepClone(),
            ["Peers"] = new JsonArray(answers[1]["Node"]!.DeepClone(), answers[2]["Node"]!.DeepClone()),
            ["UserProfiles"] = new JsonArray([.. answers.Select(static answer => answer["UserProfile"]!.DeepClone())]),
            ["Domain"] = Answer("status")["CurrentTailnet"]!["Name"]!.DeepClone(),
            ["DNSConfig"] = new JsonObject { ["Proxied"] = true, ["Domains"] = new JsonArray("vec.test") },
            ["DERPMap"] = JsonNode.Parse("""{"Regions":{"900":{"RegionID":900,"RegionCode":"hub","RegionName":"Hub","Nodes":[{"Name":"900a","RegionID":900,"HostName":"hub.test"}]}}}"""),
        };
        var store = new MemoryStore();
        store.Write(NetmapCache.Name, System.Text.Encoding.UTF8.GetBytes(map.ToJsonString()));
        return NetmapCache.Load(store, out var warning) ?? throw new InvalidDataException(warning);
    }

    private static Dictionary<string, (string Head, string Body)> Load() =>
        JsonNode.Parse(File.ReadAllText(Repository.PathOf("tests", "vectors", "localapi", "exchanges.json")))!.AsArray()
            .ToDictionary(static one => (string)one!["name"]!, static one => ((string)one!["request_head"]!, (string)one!["response_body"]!));
}
