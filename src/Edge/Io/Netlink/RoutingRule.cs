namespace Edge.Io.Netlink;

/// <summary>A rule of policy routing (ip-rule(8)): packets without <see cref="UnlessMark"/> are looked up in <see cref="Table"/>.</summary>
/// <param name="IsV4">The family.</param>
/// <param name="Table">The routing table.</param>
/// <param name="UnlessMark">The mark that excepts a packet (`not fwmark N`); 0: the rule is for all.</param>
/// <param name="SuppressesDefault">Routes with prefix length 0 do not count (`suppress_prefixlength 0`).</param>
internal sealed record RoutingRule(bool IsV4, uint Table, uint UnlessMark, bool SuppressesDefault)
{
    public const uint MainTable = 254;

    /// <summary>The bits of the mark that count; 0: all.</summary>
    public uint MarkMask { get; init; }

    /// <summary>A lower one is asked first; 0: the kernel puts the rule before those that are there.</summary>
    public uint Priority { get; init; }

    public override string ToString() =>
        $"{(IsV4 ? "IPv4" : "IPv6")} rule{(UnlessMark != 0 ? $" not fwmark {UnlessMark}" : "")}{(MarkMask != 0 ? $"/{MarkMask}" : "")} table {Table}{(SuppressesDefault ? " suppress_prefixlength 0" : "")}";
}
