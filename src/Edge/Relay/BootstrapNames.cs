using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Edge.Io;

namespace Edge.Relay;

/// <summary>
/// Addresses of names for clients that cannot look them up: those that this relay was told to answer for, and no others. Looked up again every
/// ten minutes, as derper does it.
/// </summary>
internal sealed class BootstrapNames(ImmutableArray<string> names, IResolver resolver)
{
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(10);

    private volatile byte[] _json = "{}"u8.ToArray();

    /// <summary>All names with their addresses.</summary>
    public ReadOnlyMemory<byte> Json => _json;

    public async Task Run(CancellationToken stopping)
    {
        while (!names.IsEmpty && !stopping.IsCancellationRequested)
        {
            Dictionary<string, List<string>> found = [];
            foreach (var name in names)
            {
                try
                {
                    found[name] = [.. (await resolver.Resolve(name, stopping)).Select(static (IPAddress address) => address.ToString())];
                }
                catch (DialException)
                {
                    // Without an answer now it may have one in ten minutes.
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
            if (found.Count > 0)
                _json = JsonSerializer.SerializeToUtf8Bytes(found, RelayJson.Default.DictionaryStringListString);
            await Task.Delay(s_again, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
