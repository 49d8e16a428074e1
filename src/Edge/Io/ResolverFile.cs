namespace Edge.Io;

/// <summary>What <c>/etc/resolv.conf</c> says: the file that decides whether a name can be looked up at all.</summary>
/// <param name="Exists">False when it is not there or cannot be read.</param>
/// <param name="Nameservers">The addresses in the file, in its order.</param>
internal sealed record ResolverFile(bool Exists, IReadOnlyList<string> Nameservers)
{
    public const string Path = "/etc/resolv.conf";

    public static ResolverFile Read(string path = Path)
    {
        try
        {
            return Parse(File.ReadAllLines(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(false, []);
        }
    }

    /// <summary>resolv.conf(5): the keyword starts the line, white space divides it from its value, '#' and ';' start comments.</summary>
    internal static ResolverFile Parse(IEnumerable<string> lines) => new(true,
    [
        .. from line in lines
           let words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
           where words.Length >= 2 && words[0] == "nameserver" && line.StartsWith("nameserver", StringComparison.Ordinal)
           select words[1]
    ]);
}
