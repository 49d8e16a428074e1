using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;
using Edge.Io.Control;
using Edge.Protocols.Control.Noise;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Edge.Lab.Control;

/// <summary>The control server's HTTP, outside of channels and inside of them (tailscale v1.96.5, control/controlclient/direct.go).</summary>
internal sealed partial class LabApplication(LabControl control) : IHttpApplication<HttpContext>
{
    private const int MostBodyBytes = 4 * 1024 * 1024;
    private const string Protocol = "tailscale-control-protocol";

    private readonly ILogger _log = control.Options.Logs.CreateLogger("control");
    private int _channels;

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            var peer = context.Features.Get<NoisePeer>();
            var request = await Read(context, peer);
            Told(_log, request.Target, request.Machine);
            switch (control.Take(request))
            {
                case LabFault.Drop:
                    context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
                    break;
                case LabFault.Hold hold:
                    await hold.Until.WaitAsync(context.RequestAborted);
                    await Answer(context, peer, request);
                    break;
                case LabFault.Status status:
                    context.Response.Headers.RetryAfter = status.RetryAfter;
                    await Write(context, status.Code, status.Text);
                    break;
                case LabFault.Body body:
                    await Write(context, request, body);
                    break;
                default:
                    await Answer(context, peer, request);
                    break;
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The client hung up.
        }
        catch (Exception failure)
        {
            Failed(_log, failure);
            context.Abort();
        }
    }

    private static async Task<LabRequest> Read(HttpContext context, NoisePeer? peer)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value!);
        var body = peer is null ? null : await ReadBody(context);
        var kind = (path, peer) switch
        {
            ("/key", null) => LabRequestKind.Key,
            ("/ts2021", null) => LabRequestKind.Upgrade,
            ("/machine/register", not null) => LabRequestKind.Register,
            ("/machine/map", not null) => body is not null && LabJson.Flag(body, "Stream") ? LabRequestKind.Map : LabRequestKind.Update,
            _ => LabRequestKind.Other,
        };
        return new(kind, $"{method} {path}{context.Request.QueryString}", peer?.Machine ?? default, body);
    }

    private static async Task<JsonObject?> ReadBody(HttpContext context)
    {
        var body = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            if (body.Length + read > MostBodyBytes) return null;
            body.Write(buffer, 0, read);
        }
        try
        {
            return JsonNode.Parse(body.ToArray()) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task Answer(HttpContext context, NoisePeer? peer, LabRequest request) => (request.Kind, peer) switch
    {
        (LabRequestKind.Key, _) => AnswerKey(context),
        (LabRequestKind.Upgrade, _) => Upgrade(context),
        (LabRequestKind.Other, null) when context.Request.Path.StartsWithSegments("/login") => AnswerVisit(context),
        (LabRequestKind.Other, null) when context.Request.Path == "/lab/nodes" => WriteJson(context, control.Tailnet.Describe()),
        (LabRequestKind.Other, null) when context.Request.Path.StartsWithSegments("/lab/change", out var wish) => LabChange.TryApply(control.Tailnet, wish.Value!)
            ? Write(context, StatusCodes.Status200OK, "it is so")
            : Write(context, StatusCodes.Status404NotFound, "there is no such change"),
        (LabRequestKind.Other, _) => Write(context, StatusCodes.Status404NotFound, "there is no such thing here"),
        (_, null) or (_, not null) when request.Body is null => Write(context, StatusCodes.Status400BadRequest, "the body is no JSON object"),
        (LabRequestKind.Register, not null) => Register(context, peer, request.Body),
        (LabRequestKind.Map, not null) => StreamMap(context, peer, request.Body),
        _ => Update(context, peer!, request.Body),
    };

    private Task AnswerKey(HttpContext context) => context.Request.Query.ContainsKey("v")
        ? WriteJson(context, new JsonObject { ["legacyPublicKey"] = default(KeyOf<MachineKind>).ToString(), ["publicKey"] = control.Key.ToString() })
        : Write(context, StatusCodes.Status400BadRequest, "capability version must be set");

    private Task AnswerVisit(HttpContext context) => control.Options.Visitor is { } visitor && control.Tailnet.Approve(context.Request.Path.Value!, visitor)
        ? Write(context, StatusCodes.Status200OK, "the node is let in")
        : Write(context, StatusCodes.Status404NotFound, "nothing waits here");

    private async Task Upgrade(HttpContext context)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || !request.Headers.Upgrade.ToString().Equals(Protocol, StringComparison.OrdinalIgnoreCase)
            || !TryReadHandshake(request, out var initiation))
        {
            await Write(context, StatusCodes.Status400BadRequest, $"an upgrade to {Protocol} and its handshake belong here");
            return;
        }
        context.Response.Headers.Upgrade = Protocol;
        var stream = await upgrade.UpgradeAsync();
        using var responder = new ControlResponder(control.KeyPair);
        // As the real server: who cannot be understood is hung up on without a word.
        if (responder.ReadInitiation(initiation) != ControlHandshakeVerdict.Complete) return;
        if (responder.Version < control.Options.LeastVersion)
        {
            await stream.WriteAsync(Refusal($"client version {responder.Version} is not spoken here, {control.Options.LeastVersion} is"), context.RequestAborted);
            return;
        }
        var response = new byte[ControlNoiseResponse.Size];
        using var ephemeral = LabControl.NewKey();
        if (responder.WriteResponse(ephemeral.PrivateKey, response) is not { } channel) return;
        await stream.WriteAsync(response, context.RequestAborted);
        var inside = new ControlStream(stream, channel, default);
        if (control.Options.HasEarlyPayload)
            await inside.WriteAsync(EarlyPayload(), context.RequestAborted);
        var id = string.Create(CultureInfo.InvariantCulture, $"N{Interlocked.Increment(ref _channels)}");
        await control.Noise.Serve(new NoiseConnection(id, inside, new NoisePeer(responder.MachineKey), context.Abort));
    }

    private static bool TryReadHandshake(HttpRequest request, out byte[] initiation)
    {
        initiation = new byte[ControlNoiseInitiation.Size];
        return Convert.TryFromBase64String(request.Headers["X-Tailscale-Handshake"].ToString(), initiation, out var length) && length == initiation.Length;
    }

    private static byte[] Refusal(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)ControlNoiseType.Error, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    // tailscale v1.96.5, control/ts2021/conn.go.
    private static byte[] EarlyPayload()
    {
        using var challenge = LabControl.NewKey();
        var json = Encoding.UTF8.GetBytes($"{{\"nodeKeyChallenge\":\"{new KeyOf<ChallengeKind>(new PublicKey(challenge.PublicKey))}\"}}");
        return [0xff, 0xff, 0xff, .. "TS"u8, 0, 0, (byte)(json.Length >> 8), (byte)json.Length, .. json];
    }

    private async Task Register(HttpContext context, NoisePeer peer, JsonObject body)
    {
        if (LabRegistration.Read(peer.Machine, body) is not { } asked)
        {
            await Write(context, StatusCodes.Status400BadRequest, "the registration has no node key");
            return;
        }
        var verdict = await control.Tailnet.Register(asked, context.RequestAborted);
        await WriteJson(context, LabMessages.Registration(verdict, verdict.LoginId.Length > 0 ? new Uri(control.Url, $"/login/{verdict.LoginId}").ToString() : ""));
    }

    private async Task Update(HttpContext context, NoisePeer peer, JsonObject body)
    {
        if (!control.Tailnet.Update(peer.Machine, body))
        {
            await Write(context, StatusCodes.Status404NotFound, "node not found");
        }
        else if (!LabJson.Flag(body, "OmitPeers") && Find(peer, body) is { } node)
        {
            // The map once, without a stream.
            using var output = new LabStreamOutput(context, LabJson.Text(body, "Compress") == "zstd");
            var tailnet = control.Tailnet;
            if (new LabMapStream(node.Id).Next(tailnet.State, tailnet.Now) is { } message)
                await output.Write(message);
        }
    }

    private async Task StreamMap(HttpContext context, NoisePeer peer, JsonObject body)
    {
        var (tailnet, aborted) = (control.Tailnet, context.RequestAborted);
        if (Find(peer, body) is not { } node)
        {
            await Write(context, StatusCodes.Status404NotFound, "node not found");
            return;
        }
        using var output = new LabStreamOutput(context, LabJson.Text(body, "Compress") == "zstd");
        var isKeptAlive = LabJson.Flag(body, "KeepAlive");
        var stream = new LabMapStream(node.Id);
        var (work, registration) = control.Streams.Open(node.Id, online => tailnet.SetOnline(node.Id, online));
        using var _ = registration;
        var said = work.WaitToReadAsync(aborted).AsTask();
        while (true)
        {
            var (state, changed) = tailnet.Look();
            // It was removed, or has another key by now.
            if (state.Find(node.Id)?.Key != node.Key) return;
            if (stream.Next(state, tailnet.Now) is { } message)
                await output.Write(message);
            while (work.TryRead(out var something))
                await something(output);
            if (said.IsCompleted)
                said = work.WaitToReadAsync(aborted).AsTask();
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            var silence = Task.Delay(isKeptAlive ? control.Options.KeepAlive : Timeout.InfiniteTimeSpan, control.Options.Time, pause.Token);
            var first = await Task.WhenAny(changed, said, silence);
            aborted.ThrowIfCancellationRequested();
            if (first == silence)
                await output.Write(new JsonObject { ["KeepAlive"] = true });
            await pause.CancelAsync();
        }
    }

    private LabNode? Find(NoisePeer peer, JsonObject body) =>
        KeyOf<NodeKind>.TryParse(LabJson.Text(body, "NodeKey"), out var key) ? control.Tailnet.State.Find(peer.Machine, key) : null;

    private static async Task Write(HttpContext context, LabRequest request, LabFault.Body body)
    {
        var output = context.Response.Body;
        if (request.Kind == LabRequestKind.Upgrade)
        {
            context.Response.Headers.Upgrade = Protocol;
            output = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        }
        await foreach (var piece in body.Pieces.WithCancellation(context.RequestAborted))
        {
            await output.WriteAsync(piece, context.RequestAborted);
            await output.FlushAsync(context.RequestAborted);
        }
        if (!body.Ends)
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
    }

    private static Task WriteJson(HttpContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json.ToJsonString()), context.RequestAborted).AsTask();
    }

    private static Task Write(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted).AsTask();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Target} of {Machine}")]
    private static partial void Told(ILogger log, string target, KeyOf<MachineKind> machine);

    [LoggerMessage(Level = LogLevel.Error, Message = "a request failed")]
    private static partial void Failed(ILogger log, Exception failure);
}
