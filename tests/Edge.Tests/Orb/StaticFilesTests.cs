using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Edge.Tests.Cli;

namespace Edge.Tests.Orb;

public sealed class StaticFilesTests
{
    [Test]
    public async Task A_file_comes_with_type_length_tag_and_date_and_head_without_body()
    {
        using var folder = Site();
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        using var response = await client.GetAsync("/style.css");
        await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo("body {}");
        await Assert.That(response.Content.Headers.ContentType!.ToString()).IsEqualTo("text/css; charset=utf-8");
        await Assert.That(response.Content.Headers.LastModified).IsEqualTo(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await Assert.That(response.Headers.ETag!.IsWeak).IsFalse();
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/style.css"));
        await Assert.That((head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync()).Length)).IsEqualTo((7L, 0));
        await Assert.That(head.Headers.ETag).IsEqualTo(response.Headers.ETag);
        using var post = await client.PostAsync("/style.css", new StringContent("x"));
        await Assert.That((post.StatusCode, string.Join(", ", post.Content.Headers.Allow))).IsEqualTo((HttpStatusCode.MethodNotAllowed, "GET, HEAD"));
    }

    [Test]
    public async Task A_folder_answers_with_its_index_and_sends_to_its_slash()
    {
        using var folder = Site();
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("<p>root");
        await Assert.That(await client.GetStringAsync("/sub/")).IsEqualTo("<p>sub");
        using var bare = await client.GetAsync("/sub?x=1");
        await Assert.That((bare.StatusCode, bare.Headers.Location!.ToString())).IsEqualTo((HttpStatusCode.PermanentRedirect, "/sub/?x=1"));
        using var empty = await client.GetAsync("/empty/");
        await Assert.That(empty.StatusCode).IsEqualTo(HttpStatusCode.NotFound);
        using var slash = await client.GetAsync("/style.css/");
        await Assert.That(slash.StatusCode).IsEqualTo(HttpStatusCode.NotFound);
    }

    [Test]
    [Arguments("bytes=0-2", 206, "bod", "bytes 0-2/7")]
    [Arguments("bytes=5-", 206, "{}", "bytes 5-6/7")]
    [Arguments("bytes=-2", 206, "{}", "bytes 5-6/7")]
    [Arguments("bytes=-100", 206, "body {}", "bytes 0-6/7")]
    [Arguments("bytes=5-100", 206, "{}", "bytes 5-6/7")]
    [Arguments("bytes=7-", 416, "", "bytes */7")]
    [Arguments("bytes=-0", 416, "", "bytes */7")]
    [Arguments("bytes=3-1", 200, "body {}", null)]
    [Arguments("bytes=0-1,3-4", 200, "body {}", null)]
    [Arguments("lines=0-1", 200, "body {}", null)]
    [Arguments("bytes=99999999999999999999-", 200, "body {}", null)]
    public async Task A_range_is_sent_or_refused(string range, int status, string body, string? contentRange)
    {
        using var folder = Site();
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/style.css");
        request.Headers.TryAddWithoutValidation("Range", range);
        using var response = await client.SendAsync(request);
        await Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentRange?.ToString())).IsEqualTo((status, body, contentRange));
    }

    [Test]
    public async Task Conditions_hold_in_the_order_of_the_specification()
    {
        using var folder = Site();
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        using var first = await client.GetAsync("/style.css");
        var tag = first.Headers.ETag!.ToString();
        const string date = "Tue, 02 Jan 2024 03:04:05 GMT", earlier = "Tue, 02 Jan 2024 03:04:04 GMT";
        await Assert.That(await Status(("If-None-Match", tag))).IsEqualTo(304);
        await Assert.That(await Status(("If-None-Match", "\"x\", W/" + tag))).IsEqualTo(304);
        await Assert.That(await Status(("If-None-Match", "*"))).IsEqualTo(304);
        await Assert.That(await Status(("If-None-Match", "\"x\""), ("If-Modified-Since", date))).IsEqualTo(200);
        await Assert.That(await Status(("If-Modified-Since", date))).IsEqualTo(304);
        await Assert.That(await Status(("If-Modified-Since", earlier))).IsEqualTo(200);
        await Assert.That(await Status(("If-Modified-Since", "yesterday"))).IsEqualTo(200);
        await Assert.That(await Status(("If-Match", "W/" + tag))).IsEqualTo(412);
        await Assert.That(await Status(("If-Match", tag))).IsEqualTo(200);
        await Assert.That(await Status(("If-Unmodified-Since", earlier))).IsEqualTo(412);
        await Assert.That(await Status(("Range", "bytes=0-1"), ("If-Range", tag))).IsEqualTo(206);
        await Assert.That(await Status(("Range", "bytes=0-1"), ("If-Range", "\"x\""))).IsEqualTo(200);
        await Assert.That(await Status(("Range", "bytes=0-1"), ("If-Range", date))).IsEqualTo(206);
        await Assert.That(await Status(("Range", "bytes=0-1"), ("If-None-Match", tag))).IsEqualTo(304);

        async Task<int> Status(params (string Name, string Value)[] fields)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/style.css");
            foreach (var (name, value) in fields)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    [Test]
    [Arguments("br, gzip", "br", "BR")]
    [Arguments("gzip", "gzip", "GZ")]
    [Arguments("br;q=0, *", "gzip", "GZ")]
    [Arguments("identity", null, "text {}")]
    [Arguments(null, null, "text {}")]
    public async Task A_precompressed_copy_goes_to_who_accepts_it(string? accept, string? encoding, string body)
    {
        using var folder = Site();
        folder.Write("site/app.js", "text {}"u8);
        folder.Write("site/app.js.br", "BR"u8);
        folder.Write("site/app.js.gz", "GZ"u8);
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
        using var response = await client.SendAsync(request);
        await Assert.That((response.Content.Headers.ContentEncoding.SingleOrDefault(), await response.Content.ReadAsStringAsync())).IsEqualTo((encoding, body));
        await Assert.That(response.Headers.Vary).IsEquivalentTo(["Accept-Encoding"]);
        await Assert.That(response.Content.Headers.ContentType!.MediaType).IsEqualTo("text/javascript");
    }

    [Test]
    public async Task A_precompressed_copy_that_is_older_than_the_file_is_not_used()
    {
        using var folder = Site();
        var copy = folder.Write("site/app.js.br", "old"u8);
        folder.Write("site/app.js", "new"u8);
        File.SetLastWriteTimeUtc(copy, DateTime.UtcNow.AddDays(-1));
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", "br");
        await Assert.That(await client.GetStringAsync("/app.js")).IsEqualTo("new");
    }

    /// <summary>Everything that has been tried against servers of files to get out of the folder, or at what is hidden in it.</summary>
    [Test]
    [Arguments("/../secret.txt")]
    [Arguments("/sub/../../secret.txt")]
    [Arguments("/..%2fsecret.txt")]
    [Arguments("/..%2Fsecret.txt")]
    [Arguments("/%2e%2e/secret.txt")]
    [Arguments("/%2e%2e%2fsecret.txt")]
    [Arguments("/.%2e/secret.txt")]
    [Arguments("/%252e%252e/secret.txt")]
    [Arguments("/%252e%252e%252fsecret.txt")]
    [Arguments("/..%5csecret.txt")]
    [Arguments("/..\\secret.txt")]
    [Arguments("/%c0%ae%c0%ae/secret.txt")]
    [Arguments("/%c0%ae%c0%ae%c0%afsecret.txt")]
    [Arguments("/%e0%80%ae%e0%80%ae/secret.txt")]
    [Arguments("/%uff0e%uff0e/secret.txt")]
    [Arguments("/..%00/secret.txt")]
    [Arguments("/style.css%00.html")]
    [Arguments("/..;/secret.txt")]
    [Arguments("/.../secret.txt")]
    [Arguments("//secret.txt")]
    [Arguments("/sub//../..//secret.txt")]
    [Arguments("//etc/passwd")]
    [Arguments("/link-out/secret.txt")]
    [Arguments("/link-file.txt")]
    [Arguments("/link-absolute.txt")]
    [Arguments("/.env")]
    [Arguments("/%2eenv")]
    [Arguments("/.git/config")]
    [Arguments("/sub/.hidden")]
    [Arguments("/sub/.hidden/")]
    [Arguments("http://x/../secret.txt")]
    [Arguments("/proc/self/environ")]
    public async Task No_request_leads_out_of_the_folder_or_to_hidden_files(string target)
    {
        using var folder = Site();
        foreach (var fallback in new[] { false, true })
        {
            await using var orb = await Serve(folder, fallback ? "spaFallback = true" : "");
            var response = await orb.Raw($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            await Assert.That(response).DoesNotContain("secret");
            await Assert.That(response).DoesNotContain("body {}");
            // With a fallback, what is only not there is a page of the application.
            await Assert.That(response.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || (fallback && response.EndsWith("<p>root", StringComparison.Ordinal))).IsTrue();
        }
    }

    [Test]
    public async Task Links_that_stay_inside_are_followed_and_others_where_they_are_allowed()
    {
        using var folder = Site();
        await using (var orb = await Serve(folder))
        {
            using var client = orb.Client();
            await Assert.That(await client.GetStringAsync("/link-inside.css")).IsEqualTo("body {}");
            await Assert.That(await client.GetStringAsync("/link-inside-absolute.css")).IsEqualTo("body {}");
        }
        await using (var orb = await Serve(folder, "followSymlinks = true"))
        {
            using var client = orb.Client();
            await Assert.That(await client.GetStringAsync("/link-file.txt")).IsEqualTo("secret");
            await Assert.That(await client.GetStringAsync("/link-out/secret.txt")).IsEqualTo("secret");
        }
    }

    [Test]
    public async Task What_is_neither_file_nor_folder_is_not_opened()
    {
        using var folder = Site();
        var run = await CommandRun.Start("mkfifo", [Path.Combine(folder.Path, "site", "pipe")]);
        await Assert.That(run.ExitCode).IsEqualTo(0);
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        using var response = await client.GetAsync("/pipe");
        await Assert.That(response.StatusCode).IsEqualTo(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task An_application_that_routes_in_the_browser_gets_its_page_for_every_path()
    {
        using var folder = Site();
        await using var orb = await Serve(folder, "spaFallback = true");
        using var client = orb.Client();
        using var page = await client.GetAsync("/users/17");
        await Assert.That((page.StatusCode, await page.Content.ReadAsStringAsync(), page.Content.Headers.ContentType!.MediaType)).IsEqualTo((HttpStatusCode.OK, "<p>root", "text/html"));
        await Assert.That(await client.GetStringAsync("/style.css")).IsEqualTo("body {}");
    }

    [Test]
    public async Task A_large_file_arrives_whole_and_in_parts()
    {
        using var folder = Site();
        var bytes = new byte[3_000_001];
        new Random(1).NextBytes(bytes);
        folder.Write("site/large.bin", bytes);
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        await Assert.That((await client.GetByteArrayAsync("/large.bin")).AsSpan().SequenceEqual(bytes)).IsTrue();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/large.bin") { Headers = { Range = new RangeHeaderValue(1_000_000, 2_999_999) } };
        using var part = await client.SendAsync(request);
        await Assert.That((await part.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(bytes.AsSpan(1_000_000, 2_000_000))).IsTrue();
    }

    [Test]
    public async Task Names_are_decoded_and_well_known_is_served()
    {
        using var folder = Site();
        folder.Write("site/größe +1.txt", "odd"u8);
        Directory.CreateDirectory(Path.Combine(folder.Path, "site", ".well-known"));
        folder.Write("site/.well-known/security.txt", "contact"u8);
        folder.Write("site/.well-known/.hidden", "secret"u8);
        await using var orb = await Serve(folder);
        using var client = orb.Client();
        await Assert.That(await client.GetStringAsync("/gr%C3%B6%C3%9Fe%20+1.txt")).IsEqualTo("odd");
        await Assert.That(await client.GetStringAsync("/.well-known/security.txt")).IsEqualTo("contact");
        using var hidden = await client.GetAsync("/.well-known/.hidden");
        await Assert.That(hidden.StatusCode).IsEqualTo(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_folder_that_is_not_there_is_said_at_the_start()
    {
        await Assert.That(async () => { await OrbRun.Start("""servers { [":8080"] { handler = new StaticFiles { root = "/nowhere/at/all" } } }"""); })
            .Throws<Edge.Orb.OrbException>().WithMessageContaining("`/nowhere/at/all`");
    }

    private static Task<OrbRun> Serve(TemporaryFolder folder, string more = "") =>
        OrbRun.Start($$"""servers { [":8080"] { handler = new StaticFiles { root = "./site"; {{more}} } } }""", folder: folder);

    private static TemporaryFolder Site()
    {
        var folder = new TemporaryFolder();
        var site = Path.Combine(folder.Path, "site");
        foreach (var name in new[] { "sub", "empty", ".git" })
            Directory.CreateDirectory(Path.Combine(site, name));
        folder.Write("secret.txt", "secret"u8);
        folder.Write("site/index.html", "<p>root"u8);
        folder.Write("site/sub/index.html", "<p>sub"u8);
        folder.Write("site/.env", "secret"u8);
        folder.Write("site/.git/config", "secret"u8);
        folder.Write("site/sub/.hidden", "secret"u8);
        File.SetLastWriteTimeUtc(folder.Write("site/style.css", Encoding.UTF8.GetBytes("body {}")), new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        File.CreateSymbolicLink(Path.Combine(site, "link-out"), "..");
        File.CreateSymbolicLink(Path.Combine(site, "link-file.txt"), "../secret.txt");
        File.CreateSymbolicLink(Path.Combine(site, "link-absolute.txt"), Path.Combine(folder.Path, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(site, "link-inside.css"), "style.css");
        File.CreateSymbolicLink(Path.Combine(site, "link-inside-absolute.css"), Path.Combine(site, "style.css"));
        return folder;
    }
}
