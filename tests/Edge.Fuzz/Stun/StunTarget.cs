using Edge.Foundation.Addresses;
using Edge.Protocols.Stun;

namespace Edge.Fuzz.Stun;

/// <summary>Datagrams that may be anything, to the server and to the client.</summary>
internal sealed class StunTarget : FuzzTarget
{
    private readonly byte[] _buffer = new byte[StunBinding.MaxResponseSize];

    public override string Name => "stun";

    public override IReadOnlyList<byte[]> Seeds { get; } = MakeSeeds();

    public override int Run(byte[] input)
    {
        var asked = StunBinding.ReadRequest(input, out var asker);
        Check(asked == StunVerdict.Accepted == !asker.IsEmpty, "What is accepted has a transaction, and nothing else has.");
        if (asked == StunVerdict.Accepted)
        {
            var length = StunBinding.WriteResponse(_buffer, asker, new Endpoint(new IpAddress(1), 2));
            Check(length <= input.Length + 4, "An answer is no longer than a question, but for four bytes of IPv6.");
        }
        var answered = StunBinding.ReadResponse(input, out var answer, out var mapped);
        Check(answered == StunVerdict.Accepted == !answer.IsEmpty, "What is accepted has a transaction, and nothing else has.");
        Check(answered == StunVerdict.Accepted || mapped == default, "What is dropped maps nothing.");
        Check(asked != StunVerdict.Accepted || answered != StunVerdict.Accepted, "Nothing is both.");
        return (int)asked * 8 + (int)answered;
    }

    private static List<byte[]> MakeSeeds()
    {
        var transaction = "twelve bytes"u8;
        var seeds = new List<byte[]>();
        var request = new byte[StunBinding.RequestSize];
        StunBinding.WriteRequest(request, transaction);
        seeds.Add(request);
        foreach (var address in new[] { IpAddress.V4(0x7f00_0001), new IpAddress(1) })
        {
            var response = new byte[StunBinding.MaxResponseSize];
            seeds.Add(response[..StunBinding.WriteResponse(response, transaction, new Endpoint(address, 41_641))]);
        }
        return seeds;
    }
}
