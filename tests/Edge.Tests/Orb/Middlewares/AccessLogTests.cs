using System.Net;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edge.Orb;
using Edge.Orb.Middlewares;
using Edge.Tests.Cli;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb.Middlewares;

public sealed class AccessLogTests
{
    /// <summary>The example of Apache's documentation (https://httpd.apache.org/docs/2.4/logs.html#accesslog), its time in UTC.</summary>
    private const string ApachesExample =
        "127.0.0.1 - frank [10/Oct/2000:20:55:36 +0000] \"GET /apache_pb.gif HTTP/1.0\" 200 2326 \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I ;Nav)\"";

    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public async Task Common_and_combined_are_apaches_own_example()
    {
        var (output, error) = (new LineStream(), new LineStream());
        await using var orb = await OrbRun.Start(Echo.Around("""
            new AccessLog {} new AccessLog { format = "common"; output = "stderr" } new BasicAuth { users { ["frank"] = "secret" } }
            """, """handler = new Respond { body = "a".repeat(2326) }"""), time: new StepClock(), change: options => options with { StandardOutput = output, StandardError = error });
        var response = await orb.Raw($"GET /apache_pb.gif HTTP/1.0\r\nAuthorization: Basic {Convert.ToBase64String("frank:secret"u8)}\r\nReferer: http://www.example.com/start.html\r\nUser-Agent: Mozilla/4.08 [en] (Win98; I ;Nav)\r\n\r\n");
        await Assert.That(response).Contains(" 200 OK\r\n");
        await Assert.That(await output.ReadLine()).IsEqualTo(ApachesExample);
        await Assert.That(await error.ReadLine()).IsEqualTo(ApachesExample[..ApachesExample.IndexOf(" \"http:", StringComparison.Ordinal)]);
    }

    /// <summary>Apache's <c>ap_escape_logitem</c>: what a client sends ends no field and no line.</summary>
    [Test]
    public async Task What_a_client_sends_is_escaped_and_what_it_does_not_send_is_a_dash()
    {
        var (output, error) = (new LineStream(), new LineStream());
        await using var orb = await OrbRun.Start(Echo.Around("""new AccessLog {} new AccessLog { format = "json"; output = "stderr" }""", "handler = 204"),
            time: new StepClock(), change: options => options with { StandardOutput = output, StandardError = error });
        // The raw client writes Latin-1: these two characters are the bytes of one in UTF-8.
        await orb.Raw("DELETE /a%22b?c=\"d\\ HTTP/1.1\r\nHost: x\r\nUser-Agent: a\"b\\c\td\u00c3\u00a9\r\nConnection: close\r\n\r\n");
        await Assert.That(await output.ReadLine()).IsEqualTo("""127.0.0.1 - - [10/Oct/2000:20:55:36 +0000] "DELETE /a%22b?c=\"d\\ HTTP/1.1" 204 - "-" "a\"b\\c\td\xc3\xa9" """.TrimEnd());
        await Assert.That(JsonNode.Parse(await error.ReadLine())!["user_agent"]!.GetValue<string>()).IsEqualTo("a\"b\\c\td\u00e9");
    }

    [Test]
    public async Task Json_is_flat_and_tells_the_request_as_it_was_sent()
    {
        var line = await JsonOf("json");
        await Assert.That(line["duration_ms"]!.GetValue<double>()).IsGreaterThan(0);
        line.AsObject().Remove("duration_ms");
        await Assert.That(line.ToJsonString(s_relaxed)).IsEqualTo("""
            {"time":"2000-10-10T20:55:36.000Z","remote_ip":"127.0.0.1","user":"joe@example.com","request_id":"id-1","method":"POST","scheme":"http","host":"site.test:81","target":"/api/x?q=1","protocol":"HTTP/1.1","status":413,"bytes":2,"referer":"http://a.test/","user_agent":"curl/8 \"x\""}
            """.Trim());
    }

    /// <summary>Names and types are of ECS 8.11 (generated/csv/fields.csv); the dotted ones and their order are of ecs-logging's spec.json.</summary>
    [Test]
    public async Task Ecs_has_the_schemas_names()
    {
        var line = await JsonOf("ecs");
        await Assert.That(string.Join(' ', line.AsObject().Take(4).Select(property => property.Key))).IsEqualTo("@timestamp log.level message ecs.version");
        await Assert.That(line["event"]!["duration"]!.GetValue<long>()).IsGreaterThan(0);
        line["event"]!.AsObject().Remove("duration");
        await Assert.That(line["source"]!["port"]!.GetValue<int>()).IsGreaterThan(0);
        line["source"]!.AsObject().Remove("port");
        await Assert.That(JsonNode.DeepEquals(line, JsonNode.Parse("""
            {
              "@timestamp": "2000-10-10T20:55:36.000Z", "log.level": "info", "message": "POST /api/x?q=1 HTTP/1.1 413", "ecs.version": "8.11.0",
              "event": { "dataset": "edge.access", "kind": "event", "category": ["web"], "type": ["access"], "outcome": "failure" },
              "http": {
                "version": "1.1",
                "request": { "method": "POST", "id": "id-1", "referrer": "http://a.test/" },
                "response": { "status_code": 413, "body": { "bytes": 2 } }
              },
              "url": { "original": "/api/x?q=1", "scheme": "http", "domain": "site.test", "port": 81, "path": "/api/x", "query": "q=1" },
              "source": { "address": "127.0.0.1", "ip": "127.0.0.1" },
              "user_agent": { "original": "curl/8 \"x\"" },
              "user": { "name": "joe@example.com" }
            }
            """))).IsTrue().Because(line.ToJsonString());
    }

    [Test]
    [Arguments("combined")]
    [Arguments("common")]
    [Arguments("json")]
    [Arguments("ecs")]
    public async Task Credentials_and_cookies_are_in_no_format_and_excluded_paths_in_no_line(string format)
    {
        var output = new LineStream();
        await using var orb = await OrbRun.Start(Echo.Around($"new AccessLog {{ format = \"{format}\"; exclude {{ \"/healthz\"; \"/static/**\" }} }}", """
            handler = new Respond { headers { ["Set-Cookie"] = "s3cret=3" } }
            """), change: options => options with { StandardOutput = output });
        const string fields = "Host: x\r\nAuthorization: Bearer s3cret\r\nProxy-Authorization: s3cret\r\nCookie: a=s3cret\r\nX-Api-Key: s3cret\r\nConnection: close\r\n\r\n";
        await orb.Raw("GET /healthz HTTP/1.1\r\n" + fields);
        await orb.Raw("GET /static/a/b HTTP/1.1\r\n" + fields);
        await orb.Raw("GET /seen HTTP/1.1\r\n" + fields);
        await Assert.That(await output.ReadLine()).Contains("/seen");
        await orb.Server.Services.LogSinks.Flush();
        await Assert.That(output.Text).DoesNotContain("s3cret").And.DoesNotContain("healthz").And.DoesNotContain("static");
    }

    [Test]
    public async Task Http_2_and_a_client_that_leaves_are_logged_as_what_they_are()
    {
        var output = new LineStream();
        var asked = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            asked.SetResult();
            await stream.CopyToAsync(Stream.Null);
        });
        await using var orb = await OrbRun.Start(Echo.Around("new AccessLog {}", $$"""routes { new { match = "/slow"; {{Echo.Handler(upstream)}} } } handler = new Respond { body = "abc" }"""),
            change: options => options with { StandardOutput = output });
        using (var client = orb.Client(version: HttpVersion.Version20))
        {
            await Assert.That(await client.GetStringAsync("/x?y")).IsEqualTo("abc");
            await Assert.That(await output.ReadLine()).Contains("\"GET /x?y HTTP/2.0\" 200 3 \"-\" \"-\"");
        }
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(orb.Address);
            await client.GetStream().WriteAsync("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await asked.Task.WaitAsync(OrbRun.Limit);
        }
        await Assert.That(await output.ReadLine()).Contains("\"GET /slow HTTP/1.1\" 499 -");
    }

    [Test]
    public async Task A_file_is_opened_again_when_asked_and_added_to()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "access.log");
        await File.WriteAllTextAsync(path, "before\n");
        await using (var orb = await OrbRun.Start(Echo.Around("""new AccessLog { output = "access.log" } new AccessLog { output = "access.log"; format = "common" }""", "handler = 204"), folder: folder))
        {
            await Get(orb, "/one");
            // What logrotate does, with its two ways.
            File.Move(path, path + ".1");
            await Get(orb, "/two");
            orb.Server.Reload();
            await orb.Server.Services.LogSinks.Flush();
            await Get(orb, "/three");
            await orb.Server.Services.LogSinks.Flush();
            await File.WriteAllTextAsync(path, "");
            await Get(orb, "/four");
        }
        var rotated = await File.ReadAllLinesAsync(path + ".1");
        await Assert.That(rotated.Length).IsEqualTo(5);
        await Assert.That(rotated[0]).IsEqualTo("before");
        await Assert.That(rotated.Count(line => line.Contains("/two ", StringComparison.Ordinal))).IsEqualTo(2);
        await Assert.That((await File.ReadAllLinesAsync(path)).All(line => line.Contains("\"GET /four ", StringComparison.Ordinal))).IsTrue();
        if (!OperatingSystem.IsWindows())
            await Assert.That((int)(File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite))).IsEqualTo(0);
    }

    /// <summary>The kernel's <c>/dev/full</c> is a disk without room.</summary>
    [Test]
    public async Task A_full_disk_fails_no_request_and_is_said_once()
    {
        await using var orb = await OrbRun.Start(Echo.Around("""new AccessLog { output = "/dev/full" }""", "handler = 204"));
        for (var i = 0; i < 5; i++)
        {
            await Assert.That(await Get(orb, "/")).StartsWith("HTTP/1.1 204 ");
            await orb.Server.Services.LogSinks.Flush();
        }
        await Assert.That(orb.Log.Lines.Count(line => line.Contains("the access log /dev/full cannot be written: No space left on device", StringComparison.Ordinal))).IsEqualTo(1);
    }

    [Test]
    public async Task When_there_is_room_again_lines_come_whole_and_the_loss_is_told()
    {
        var output = new LineStream { Errno = 28 };
        await using var orb = await OrbRun.Start(Echo.Around("new AccessLog {}", "handler = 204"), change: options => options with { StandardOutput = output });
        await Lose("/lost-1");
        await Lose("/lost-2");
        output.Errno = 0;
        await Get(orb, "/kept");
        // What was begun before may be a part of a line: the next one does not go on in it.
        await Assert.That(await output.ReadLine()).IsEqualTo("");
        await Assert.That(await output.ReadLine()).Contains("/kept");
        await orb.Server.Services.LogSinks.Flush();
        await Assert.That(orb.Log.Text).Contains("the access log stdout is written again; 2 lines were lost");

        async Task Lose(string target)
        {
            await Get(orb, target);
            await orb.Server.Services.LogSinks.Flush();
        }
    }

    [Test]
    public async Task A_pipe_that_nobody_reads_holds_up_nobody_and_the_loss_is_told()
    {
        using var pipe = new BlockedStream();
        var log = new OrbRun.LogLines();
        var sink = new LogSink("stdout", pipe, log.CreateLogger("test"));
        var line = new LongLine();
        sink.Write(line, 0);
        await pipe.Entered.WaitAsync(OrbRun.Limit);
        // 64 KiB each: 4 MiB wait, and what is more is lost.
        for (var i = 0; i < 100; i++)
            sink.Write(line, i);
        pipe.Release();
        await sink.Flush().WaitAsync(OrbRun.Limit);
        await Assert.That(pipe.Written).IsEqualTo(65L * LongLine.Size);
        await Assert.That(log.Text).Contains("36 lines of the access log stdout were lost");
    }

    [Test]
    public async Task A_file_that_cannot_be_opened_is_named_at_start()
    {
        var failure = await Assert.That(async () => { await OrbRun.Start(Echo.Around("""new AccessLog { output = "/nowhere/access.log" }""", "handler = 200")); }).Throws<OrbException>();
        await Assert.That(failure!.Message).IsEqualTo("the access log `/nowhere/access.log` cannot be written: opening /nowhere/access.log: No such file or directory");
    }

    private static Task<string> Get(OrbRun orb, string target) => orb.Raw($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    // Everything that could change what is told stands inside: a rewritten path, a removed field, a page put in place of nothing.
    private static async Task<JsonNode> JsonOf(string format)
    {
        var output = new LineStream();
        await using var orb = await OrbRun.Start(Echo.Around($$"""
            new AccessLog { format = "{{format}}" }
            new RequestId { trustIncoming = true } new TailscaleAuth {} new Rewrite { stripPrefix = "/api" }
            new Headers { request { remove { "User-Agent" } } } new ErrorPage { body = "no" } new BodyLimit { maxSize = 1.b }
            """, "handler = 204"), time: new StepClock(), change: options => options with { StandardOutput = output, Identities = new KnownCallers(new Identity { Login = "joe@example.com" }) });
        await orb.Raw("POST /api/x?q=1 HTTP/1.1\r\nHost: site.test:81\r\nX-Request-Id: id-1\r\nReferer: http://a.test/\r\nUser-Agent: curl/8 \"x\"\r\nContent-Length: 2\r\n\r\n");
        return JsonNode.Parse(await output.ReadLine())!;
    }

    private sealed class LongLine : LineFormat<int>
    {
        public const int Size = 65536;

        public override void Write(int state, System.Buffers.IBufferWriter<byte> output)
        {
            output.GetSpan(Size)[..Size].Fill((byte)'\n');
            output.Advance(Size);
        }
    }

    /// <summary>An output that takes nothing until it is told to.</summary>
    private sealed class BlockedStream : Stream
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task Entered => _entered.Task;

        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Release() => _released.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _entered.TrySetResult();
            _released.Wait(OrbRun.Limit);
            Written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _released.Dispose();
            base.Dispose(disposing);
        }
    }
}
