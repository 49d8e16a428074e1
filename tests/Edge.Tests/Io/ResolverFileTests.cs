using Edge.Io;

namespace Edge.Tests.Io;

public sealed class ResolverFileTests
{
    [Test]
    public async Task Nameservers_are_kept_in_their_order()
    {
        ResolverFile file = ResolverFile.Parse(["search example.com", "nameserver 10.0.0.1", "nameserver\t2001:db8::1  # second", "options ndots:2"]);
        await Assert.That(string.Join(' ', file.Nameservers)).IsEqualTo("10.0.0.1 2001:db8::1");
    }

    [Test]
    [Arguments("# nameserver 10.0.0.1")]
    [Arguments("; nameserver 10.0.0.1")]
    [Arguments(" nameserver 10.0.0.1")]
    [Arguments("nameserver")]
    [Arguments("nameservers 10.0.0.1")]
    public async Task What_the_C_library_would_not_read_is_not_read(string line) =>
        await Assert.That(ResolverFile.Parse([line]).Nameservers).IsEmpty();

    [Test]
    public async Task A_missing_file_and_an_empty_one_are_told_apart()
    {
        await Assert.That(ResolverFile.Read("/nonexistent/resolv.conf").Exists).IsFalse();
        await Assert.That(ResolverFile.Parse([]).Exists).IsTrue();
        await Assert.That(Machine.Resolver(ResolverFile.Parse([])).Detail).Contains("asks 127.0.0.1");
    }
}
