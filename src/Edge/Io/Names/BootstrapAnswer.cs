using System.Net;
using System.Text.Json;

namespace Edge.Io.Names;

/// <summary>What a relay answers to `/bootstrap-dns`: `{"control.example":["192.0.2.1","2001:db8::1"]}`.</summary>
internal static class BootstrapAnswer
{
    private const int MostAddresses = 16;

    /// <summary>The name's addresses, few; null: it is no such answer.</summary>
    public static List<IPAddress>? Read(ReadOnlyMemory<byte> body, string host)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return null;
            List<IPAddress> addresses = [];
            foreach (var name in json.RootElement.EnumerateObject())
            {
                if (!name.Name.Equals(host, StringComparison.OrdinalIgnoreCase) || name.Value.ValueKind != JsonValueKind.Array) continue;
                foreach (var value in name.Value.EnumerateArray())
                {
                    if (addresses.Count < MostAddresses && value.ValueKind == JsonValueKind.String && IPAddress.TryParse(value.GetString(), out var address))
                        addresses.Add(address);
                }
            }
            return addresses;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
