using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>
/// Which node capabilities each peer has, by its own addresses (not by routes through it), for rules with a `cap:` source. A change of one peer touches that
/// peer's entries; a change of the rules touches none: which of its capabilities the rules name is found out when the peer's next packet needs a rule.
/// </summary>
internal sealed class SourceCapabilities
{
    /// <summary>Capabilities of the rules that have a bit; the rest is looked up by name.</summary>
    private const int Bits = 64;

    private readonly Dictionary<IpAddress, Entry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>A peer that came, went or changed.</summary>
    public void Apply(PeerChange change)
    {
        if (change is { Before: { } before, After: { } after } && before.Addresses == after.Addresses && before.Capabilities == after.Capabilities)
            return;
        foreach (var prefix in change.Before?.Addresses ?? default)
            Remove(prefix.Address);
        foreach (var prefix in change.After?.Addresses ?? default)
            Set(prefix.Address, change.After!.Capabilities);
    }

    /// <summary>Notes what the peer may do whose own address this is.</summary>
    public void Set(IpAddress address, Capabilities capabilities)
    {
        if (capabilities.Items.IsEmpty)
            _entries.Remove(address);
        else
            _entries[address] = new Entry { Capabilities = capabilities };
    }

    public void Remove(IpAddress address) => _entries.Remove(address);

    /// <summary>Whether a capability of the source admits it.</summary>
    public bool Admit(FilterRules rules, bool isV6, IpAddress source, IpAddress destination, in FilterQuestion question)
    {
        if (rules.CapabilityCount == 0)
            return false;
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, source);
        if (Unsafe.IsNullRef(ref entry))
            return false;
        if (entry.ResolvedFor != rules)
            Resolve(ref entry, rules);
        for (var left = entry.Named; left != 0; left &= left - 1)
        {
            if (rules.CapabilityAdmits(isV6, BitOperations.TrailingZeroCount(left), destination, question))
                return true;
        }
        if (!entry.HasMore)
            return false;
        foreach (var (name, _) in entry.Capabilities.Items)
        {
            if (rules.TryGetCapability(name, out var number) && number >= Bits && rules.CapabilityAdmits(isV6, number, destination, question))
                return true;
        }
        return false;
    }

    private static void Resolve(ref Entry entry, FilterRules rules)
    {
        entry.ResolvedFor = rules;
        (entry.Named, entry.HasMore) = (0, false);
        foreach (var (name, _) in entry.Capabilities.Items)
        {
            if (!rules.TryGetCapability(name, out var number))
                continue;
            if (number < Bits)
                entry.Named |= 1ul << number;
            else
                entry.HasMore = true;
        }
    }

    private struct Entry
    {
        public Capabilities Capabilities;

        /// <summary>The rules that <see cref="Named"/> and <see cref="HasMore"/> are about.</summary>
        public FilterRules? ResolvedFor;

        /// <summary>Those of the peer's capabilities that the rules name and that have a bit.</summary>
        public ulong Named;
        public bool HasMore;
    }
}
