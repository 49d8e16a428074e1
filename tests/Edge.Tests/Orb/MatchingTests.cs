using Edge.Orb.Matching;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb;

public sealed class MatchingTests
{
    [Test]
    [Arguments("/", "/", true)]
    [Arguments("/", "/a", false)]
    [Arguments("/exact", "/exact", true)]
    [Arguments("/exact", "/Exact", false)]
    [Arguments("/exact", "/exact/", false)]
    [Arguments("/one/*", "/one/a", true)]
    [Arguments("/one/*", "/one/", false)]
    [Arguments("/one/*", "/one", false)]
    [Arguments("/one/*", "/one/a/b", false)]
    [Arguments("/a/*/c", "/a/b/c", true)]
    [Arguments("/a/*/c", "/a//c", false)]
    [Arguments("/a/*/c", "/a/b/d", false)]
    [Arguments("/any/**", "/any", true)]
    [Arguments("/any/**", "/any/", true)]
    [Arguments("/any/**", "/any/a/b", true)]
    [Arguments("/any/**", "/anything", false)]
    [Arguments("/**", "/", true)]
    [Arguments("/**", "/a/b", true)]
    [Arguments("/u/*/f/**", "/u/x/f", true)]
    [Arguments("/u/*/f/**", "/u/x/f/y/z", true)]
    [Arguments("/u/*/f/**", "/u/x/fy", false)]
    [Arguments("/u/*/f/**", "/u/x", false)]
    [Arguments(@"/re:^/v\d+/", "/v12/a", true)]
    [Arguments(@"/re:^/v\d+/", "/v/a", false)]
    [Arguments(@"/re:(a+)+$", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false)]
    public async Task A_path_pattern_matches(string pattern, string path, bool expected) =>
        await Assert.That(new PathPattern(pattern).IsMatch(path)).IsEqualTo(expected);

    [Test]
    [Arguments("*", "", true)]
    [Arguments("a*c", "abbc", true)]
    [Arguments("a*c", "abcd", false)]
    [Arguments("a*b*c", "a1b2b3c", true)]
    [Arguments("**x", "yx", true)]
    [Arguments("*.example.com", "WWW.Example.com", true)]
    [Arguments("*.example.com", "example.com", false)]
    [Arguments("", "", true)]
    [Arguments("", "a", false)]
    [Arguments("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public async Task A_glob_matches(string pattern, string text, bool expected) =>
        await Assert.That(new Glob(pattern, ignoreCase: true).IsMatch(text)).IsEqualTo(expected);

    [Test]
    [Arguments("a.example.com:8080", "a.example.com")]
    [Arguments("a.example.com.", "a.example.com")]
    [Arguments("[::1]:80", "::1")]
    [Arguments("[::1", "[::1")]
    [Arguments("", "")]
    public async Task The_name_of_a_host_has_no_port_and_no_final_dot(string host, string expected) =>
        await Assert.That(HostName.Of(new HostString(host)).ToString()).IsEqualTo(expected);

    [Test]
    public async Task Matching_a_path_allocates_nothing()
    {
        PathPattern[] patterns = [new("/exact"), new("/one/*"), new("/any/**"), new("/u/*/f/**"), new(@"/re:^/v\d+")];
        Match();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Match();
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsEqualTo(0);

        void Match()
        {
            foreach (var pattern in patterns)
                pattern.IsMatch("/u/x/f/file.txt");
        }
    }
}
