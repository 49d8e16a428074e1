using System.Text.Json;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Filter;

namespace Edge.Node.Status;

/// <summary>Who is behind an address, as Tailscale's LocalAPI answers (client/tailscale/apitype of 1.96.5, WhoIsResponse).</summary>
internal static class WhoIsJson
{
    /// <param name="json">Gets one object.</param>
    /// <param name="map">The tailnet.</param>
    /// <param name="node">One of it.</param>
    /// <param name="user">Whose it is.</param>
    public static void Write(Utf8JsonWriter json, NetworkMap map, TailnetNode node, UserProfile user)
    {
        json.WriteStartObject();
        json.WriteStartObject("Node"u8);
        ControlJsonWriter.WriteFields(json, node);
        var (name, withHost) = NamesOf(node, StatusJson.SuffixOf(map.Self.Name));
        json.WriteString("ComputedName"u8, name);
        json.WriteString("ComputedNameWithHost"u8, withHost);
        json.WriteEndObject();
        json.WritePropertyName("UserProfile"u8);
        StatusJson.WriteUser(json, user);
        WriteGranted(json, map, node);
        json.WriteEndObject();
    }

    /// <summary>What the policy lets the node ask of applications here.</summary>
    private static void WriteGranted(Utf8JsonWriter json, NetworkMap map, TailnetNode node)
    {
        var granted = node.Addresses.IsEmpty ? default : Granted(map, node);
        if (granted.IsEmpty)
        {
            json.WriteNull("CapMap"u8);
            return;
        }
        json.WriteStartObject("CapMap"u8);
        foreach (var (name, values, hasValues) in granted)
        {
            json.WritePropertyName(name);
            if (!hasValues)
            {
                json.WriteNullValue();
                continue;
            }
            json.WriteStartArray();
            foreach (var value in values)
                json.WriteRawValue(value, skipInputValidation: true);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static ValueList<GrantedCapability> Granted(NetworkMap map, TailnetNode node)
    {
        var source = node.Addresses[0].Address;
        // Only what grants something: the rest of a policy takes long to compile.
        var rules = new FilterRules([.. map.Filter.Span.ToArray().Where(static rule => !rule.Grants.IsEmpty)]);
        foreach (var own in map.Self.Addresses)
        {
            if (own.Address.IsV4 == source.IsV4)
                return rules.CapabilitiesOf(source, own.Address);
        }
        return default;
    }

    /// <summary>As people are shown it, without and with the host's name where that is another (tailcfg.go, InitDisplayNames).</summary>
    private static (string Name, string WithHost) NamesOf(TailnetNode node, string suffix)
    {
        var name = node.Name.Trim('.');
        if (suffix.Length > 0 && name.EndsWith($".{suffix}", StringComparison.OrdinalIgnoreCase))
            name = name[..^(suffix.Length + 1)];
        var host = node.Host.Hostname;
        if (name.Equals(host, StringComparison.OrdinalIgnoreCase))
            host = "";
        if (name.Length == 0)
            (name, host) = host.Length > 0 ? (host, "") : (node.Key.ToString(), "");
        return (name, host.Length > 0 ? $"{name} ({host})" : name);
    }
}
