namespace Edge.Protocols.Control.Session;

/// <summary>The pings that were answered lately: servers repeat those of which they saw no answer, and keep-alives carry them again.</summary>
internal sealed class AnsweredPings
{
    private const int Kept = 32;

    private readonly Queue<string> _urls = new();

    /// <summary>False: it was answered already.</summary>
    public bool Add(string url)
    {
        if (_urls.Contains(url)) return false;
        if (_urls.Count == Kept)
            _urls.Dequeue();
        _urls.Enqueue(url);
        return true;
    }
}
