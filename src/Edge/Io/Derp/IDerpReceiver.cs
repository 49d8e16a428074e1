using Edge.Protocols.Derp;

namespace Edge.Io.Derp;

/// <summary>Takes what a relay says.</summary>
internal interface IDerpReceiver
{
    /// <summary>Called by the connection's reader, one message after the other; the message's bytes are valid until it returns. It must not wait.</summary>
    void Receive(DerpConnection connection, in DerpMessage message);
}
