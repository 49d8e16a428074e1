namespace Edge.Io;

/// <summary>How the process goes on when a socket has become ready.</summary>
internal static class InlineSockets
{
    // Read once by .NET, with the first socket (SocketAsyncEngine); there is no other way to say it.
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Goes on in the thread that waited for the socket, one a processor, instead of waking another for it: a proxied request costs a fifth
    /// less, and none waits behind a busy pool. What computes for long or blocks must go to the pool by itself (<c>Task.Run</c>), or it
    /// holds up the other connections of its thread. To be called once, before the first socket; what the user set stays.
    /// </summary>
    public static void Use()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            Environment.SetEnvironmentVariable(Variable, "1");
    }
}
