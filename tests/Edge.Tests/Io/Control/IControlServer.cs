namespace Edge.Tests.Io.Control;

/// <summary>A control server of either kind, for what must hold of both: its nodes are `NAME.edge.test.`, its one relay is 900 at port 9443.</summary>
internal interface IControlServer : IAsyncDisposable
{
    Uri Url { get; }

    /// <summary>Lets in as many nodes as like.</summary>
    string AuthKey { get; }

    /// <summary>Opens the URL that a node shows, as the person who owns it.</summary>
    Task LetIn(string url);

    /// <summary>Whether there is such a node, in the network or logged out.</summary>
    Task<bool> Knows(string name);
}
