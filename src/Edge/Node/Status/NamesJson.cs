using System.Text.Json;
using Edge.Foundation.Netmap;
using Edge.Node.Tailnet;

namespace Edge.Node.Status;

/// <summary>How a tailnet's names are resolved, for people and scripts.</summary>
internal static class NamesJson
{
    public static void Write(Utf8JsonWriter json, TailnetNetwork tailnet)
    {
        var map = tailnet.Map;
        var dns = map?.Dns ?? DnsConfig.Empty;
        json.WriteStartObject();
        json.WriteString("Network"u8, tailnet.Network.Name);
        json.WriteBoolean("HasNetmap"u8, map is not null);
        json.WriteBoolean("MagicDNS"u8, dns.IsMagicDns);
        json.WriteString("Suffix"u8, map is null ? "" : StatusJson.SuffixOf(map.Self.Name));
        json.WriteString("Self"u8, map?.Self.Name ?? "");
        json.WriteBoolean("AcceptDNS"u8, tailnet.AcceptsDns);
        json.WriteBoolean("ServedInTunnel"u8, tailnet.ServesNames);
        json.WriteStartArray("SearchDomains"u8);
        foreach (var domain in dns.Domains)
            json.WriteStringValue(domain);
        json.WriteEndArray();
        WriteResolvers(json, "Resolvers"u8, dns.Resolvers);
        WriteResolvers(json, "FallbackResolvers"u8, dns.FallbackResolvers);
        json.WriteStartObject("Routes"u8);
        foreach (var (suffix, resolvers) in dns.Routes)
            WriteResolvers(json, System.Text.Encoding.UTF8.GetBytes(suffix), resolvers);
        json.WriteEndObject();
        json.WriteStartArray("ExtraRecords"u8);
        foreach (var record in dns.ExtraRecords)
        {
            json.WriteStartObject();
            json.WriteString("Name"u8, record.Name);
            json.WriteString("Type"u8, record.Type);
            json.WriteString("Value"u8, record.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("CertDomains"u8);
        foreach (var domain in dns.CertificateDomains)
            json.WriteStringValue(domain);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteResolvers(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueList<DnsResolver> resolvers)
    {
        json.WriteStartArray(name);
        foreach (var resolver in resolvers)
            json.WriteStringValue(resolver.Address);
        json.WriteEndArray();
    }
}
