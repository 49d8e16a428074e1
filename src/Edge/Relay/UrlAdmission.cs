using System.Net;
using System.Text.Json;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Http;
using Microsoft.Extensions.Logging;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Relay;

/// <summary>
/// Asks an admission controller as derper does (tailscale 1.96.5, tailcfg.DERPAdmitClientRequest): a POST of the node's key and address, whose
/// answer says whether it is allowed.
/// </summary>
/// <param name="url">An HTTP or HTTPS URL.</param>
/// <param name="failsOpen">Whether all are admitted while it cannot be reached.</param>
/// <param name="dialler">How it is reached.</param>
/// <param name="log">Told when it does not answer.</param>
internal sealed class UrlAdmission(Uri url, bool failsOpen, IDialler dialler, ILogger log) : IRelayAdmission
{
    private const int MostBytes = 4 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly HttpAsker _asker = new(dialler, CaBundle.Roots());

    public async ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation)
    {
        string problem;
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new AdmissionQuestion(new KeyOf<NodeKind>(node).ToString(), source.ToString()), AdmissionJson.Default.AdmissionQuestion);
            var answer = await _asker.Ask(new HttpQuestion(HttpMethod.Post, url) { Body = body, Limit = s_limit, MostBytes = MostBytes }, cancellation);
            var isOk = answer.Status == HttpStatusCode.OK;
            if (isOk && Read(answer.Body) is { } verdict)
                return verdict.Allow;
            // It has answered, though not as it should: that is no reason to let anybody in.
            log.NoVerdict(isOk ? "its answer is not what was asked for" : $"its status was {(int)answer.Status}", "the node is not admitted");
            return false;
        }
        catch (IOException failure)
        {
            problem = failure.Message;
        }
        log.NoVerdict(problem, failsOpen ? "the node is admitted" : "the node is not admitted");
        return failsOpen;
    }

    // What cannot be read is no answer.
    private static AdmissionAnswer? Read(ReadOnlyMemory<byte>? body)
    {
        try
        {
            return body is { } utf8 ? AdmissionAnswer.Read(utf8) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
