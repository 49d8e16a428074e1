using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Edge.Orb;

/// <summary>
/// A request's context, and what the server keeps beside it. A feature of the request; used again for the next request of the same
/// connection or stream.
/// </summary>
internal sealed class OrbContext
{
    public OrbContext(IFeatureCollection features)
    {
        Http = new DefaultHttpContext(features);
        Client = features.Get<ClientConnection>()!;
        Listener = features.Get<Listener>();
        if (features.Get<IHttp2StreamIdFeature>() is not null)
            Client.IsHttp2 = true;
    }

    public DefaultHttpContext Http { get; }

    /// <summary>The connection that it came over.</summary>
    public ClientConnection Client { get; }

    /// <summary>Where it came in; null: on a private listener.</summary>
    public Listener? Listener { get; }

    /// <summary>The site that answers it; null: none was found, or not looked for yet.</summary>
    public Site? Site { get; set; }

    /// <summary>When its head had come in, on the server's clock.</summary>
    public long Begun { get; set; }
}
