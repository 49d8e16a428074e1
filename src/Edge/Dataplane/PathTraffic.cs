namespace Edge.Dataplane;

/// <summary>What went one way.</summary>
internal struct PathTraffic
{
    public long Packets;

    public long Bytes;

    public void Add(int bytes)
    {
        Packets++;
        Bytes += bytes;
    }
}
