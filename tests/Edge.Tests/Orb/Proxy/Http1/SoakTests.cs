using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>Many requests at once, of which some are given up: what the others get is theirs.</summary>
public sealed class SoakTests
{
    private const int Clients = 16;

    private const int Requests = 60;

    [Test]
    public async Task No_request_gets_what_was_anothers_while_others_are_given_up()
    {
        await using var upstream = await WebServer.Start(Answer);
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(upstream.Port)));
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(() => Ask(proxy, number))));
    }

    /// <summary>As many numbers as the path says, all of them the request's own, in chunks or with a length.</summary>
    private static async Task Answer(HttpContext context)
    {
        var words = context.Request.Path.Value!.Split('/');
        var (id, count) = (words[1] + ",", int.Parse(words[2], CultureInfo.InvariantCulture));
        if (count % 3 == 0) context.Response.ContentLength = id.Length * count;
        await context.Request.Body.CopyToAsync(Stream.Null);
        try
        {
            for (var i = 0; i < count; i++)
            {
                await context.Response.WriteAsync(id);
                if (count % 2 == 0 && i % 100 == 0) await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // Given up.
        }
    }

    private static async Task Ask(ProxyServer proxy, int number)
    {
        var random = new Random(number);
        for (var i = 0; i < Requests; i++)
        {
            var (id, count) = (1_000_000 + (1000 * number) + i, random.Next(0, random.Next(3) == 0 ? 20_000 : 300));
            using var request = new HttpRequestMessage(random.Next(2) == 0 ? HttpMethod.Get : HttpMethod.Post, $"/{id}/{count}");
            if (request.Method == HttpMethod.Post) request.Content = new ByteArrayContent(new byte[random.Next(0, 20_000)]);
            using var response = await proxy.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await response.Content.ReadAsStreamAsync();
            var most = random.Next(3) == 0 ? random.Next(0, 8 * count) : int.MaxValue;
            var text = "";
            var buffer = new byte[4096];
            using var all = new MemoryStream();
            while (all.Length < most && await body.ReadAsync(buffer).AsTask().WaitAsync(Limits.Generous) is > 0 and var read) all.Write(buffer, 0, read);
            text = System.Text.Encoding.ASCII.GetString(all.ToArray());
            var expected = string.Concat(Enumerable.Repeat($"{id},", count));
            await Assert.That(most == int.MaxValue ? text == expected : expected.StartsWith(text, StringComparison.Ordinal)).IsTrue().Because($"request {id}: {text.Length} of {expected.Length} bytes");
        }
    }
}
