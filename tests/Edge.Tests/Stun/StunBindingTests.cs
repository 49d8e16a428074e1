using System.Net;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Protocols.Stun;
using Edge.Tests.Wire;

namespace Edge.Tests.Stun;

/// <summary>Both sides of the exchange, against what Tailscale's client and server wrote and said of each other's messages.</summary>
public sealed class StunBindingTests
{
    [Test]
    public async Task A_request_is_written_and_taken_as_the_real_ones_are()
    {
        foreach (var exchange in Vectors.Json("stun", "exchanges.json").EnumerateArray())
        {
            var request = new byte[StunBinding.RequestSize];
            await Assert.That(StunBinding.WriteRequest(request, exchange.Hex("tx_id"))).IsEqualTo(request.Length);
            await Assert.That(Convert.ToHexStringLower(request)).IsEqualTo(exchange.Text("request"));
            await Assert.That(Request(exchange.Hex("request"))).IsEqualTo((StunVerdict.Accepted, exchange.Text("tx_id")));
        }
    }

    [Test]
    public async Task A_response_is_written_and_taken_as_the_real_ones_are()
    {
        foreach (var exchange in Vectors.Json("stun", "exchanges.json").EnumerateArray())
        {
            var source = IPEndPoint.Parse(exchange.Text("response_addr"));
            var response = new byte[StunBinding.MaxResponseSize];
            var length = StunBinding.WriteResponse(response, exchange.Hex("tx_id"), new Endpoint(IpAddress.Of(source.Address), (ushort)source.Port));
            await Assert.That(Convert.ToHexStringLower(response.AsSpan(0, length))).IsEqualTo(exchange.Text("response"));
            await Assert.That(Response(exchange.Hex("response"))).IsEqualTo((StunVerdict.Accepted, exchange.Text("tx_id"), exchange.Text("response_addr")));
        }
    }

    [Test]
    public async Task The_server_judges_requests_as_the_real_one()
    {
        foreach (var verdict in Vectors.Json("stun", "request_verdicts.json").EnumerateArray())
        {
            var (judged, transaction) = Request(verdict.Hex("packet"));
            await Assert.That(judged).IsEqualTo(VerdictOf(verdict)).Because(verdict.Text("why"));
            await Assert.That(transaction).IsEqualTo(verdict.Has("tx_id") ? verdict.Text("tx_id") : "").Because(verdict.Text("why"));
            await Assert.That(StunBinding.IsStun(verdict.Hex("packet"))).IsEqualTo(verdict.GetProperty("is_stun").GetBoolean());
        }
    }

    [Test]
    public async Task The_client_judges_responses_as_the_real_one()
    {
        foreach (var verdict in Vectors.Json("stun", "response_verdicts.json").EnumerateArray())
        {
            var (judged, transaction, address) = Response(verdict.Hex("packet"));
            await Assert.That(judged).IsEqualTo(VerdictOf(verdict)).Because(verdict.Text("why"));
            await Assert.That(StunBinding.IsStun(verdict.Hex("packet"))).IsEqualTo(verdict.GetProperty("is_stun").GetBoolean());
            if (judged == StunVerdict.Accepted)
                await Assert.That((transaction, address)).IsEqualTo((verdict.Text("tx_id"), verdict.Text("addr"))).Because(verdict.Text("why"));
        }
    }

    private static StunVerdict VerdictOf(JsonElement recorded) => !recorded.Has("error") ? StunVerdict.Accepted : recorded.Text("error") switch
    {
        "response is not a STUN packet" => StunVerdict.NotStun,
        "STUN request not a binding request" or "STUN packet is not a response" => StunVerdict.WrongType,
        "STUN response has malformed attributes" => StunVerdict.Malformed,
        "STUN request came from non-Tailscale software" => StunVerdict.WrongSoftware,
        "STUN request didn't end in fingerprint" => StunVerdict.NoFingerprint,
        "STUN request had bogus fingerprint" => StunVerdict.WrongFingerprint,
        var unknown => throw new InvalidDataException(unknown),
    };

    private static (StunVerdict Verdict, string Transaction) Request(byte[] datagram) =>
        (StunBinding.ReadRequest(datagram, out var transaction), Convert.ToHexStringLower(transaction));

    private static (StunVerdict Verdict, string Transaction, string Address) Response(byte[] datagram) =>
        (StunBinding.ReadResponse(datagram, out var transaction, out var mapped), Convert.ToHexStringLower(transaction), mapped.ToString());
}
