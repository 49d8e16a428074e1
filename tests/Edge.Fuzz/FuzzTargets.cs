using Edge.Fuzz.Admin;
using Edge.Fuzz.Control;
using Edge.Fuzz.Crypto;
using Edge.Fuzz.Derp;
using Edge.Fuzz.Disco;
using Edge.Fuzz.Dns;
using Edge.Fuzz.Filter;
using Edge.Fuzz.Http;
using Edge.Fuzz.Netstack;
using Edge.Fuzz.Node;
using Edge.Fuzz.Pkl;
using Edge.Fuzz.Stun;
using Edge.Fuzz.WireGuard;

namespace Edge.Fuzz;

internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new PklLexerTarget(),
        new PklParserTarget(),
        new PklEvaluatorTarget(),
        new ConfigurationTarget(),
        new NoiseTarget(),
        new ControlNoiseTarget(),
        new MapStreamTarget(),
        new ControlAnswerTarget(),
        new NodeQuestionTarget(),
        new WireGuardTarget(),
        new NetstackTarget(),
        new StunTarget(),
        new FilterTarget(),
        new DnsTarget(),
        new BootstrapTarget(),
        new NameAnswerTarget(),
        new DiscoTarget(),
        new RelayTarget(),
        new ClientTarget(),
        new UpgradeTarget(),
        new QuickFileTarget(),
        new ProxyRequestTarget(),
        new TokenTarget(),
        new KeySetTarget(),
        new FieldTarget(),
        new ResponseTarget(),
        new AnswerTarget(),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
