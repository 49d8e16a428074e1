using Edge.Io.Names;

namespace Edge.Fuzz.Dns;

/// <summary>What a relay says that a name's addresses are.</summary>
internal sealed class BootstrapTarget : FuzzTarget
{
    public override string Name => "bootstrap-dns";

    public override IReadOnlyList<byte[]> Seeds =>
    [
        """{"control.example":["192.0.2.1","2001:db8::1"],"other.example":[]}"""u8.ToArray(),
        """{"Control.Example":["192.0.2.1",null,7,"x"],"control.example":null}"""u8.ToArray(),
    ];

    public override IReadOnlyList<byte[]> Words => ["null"u8.ToArray(), "\\ud800"u8.ToArray(), "\"::\","u8.ToArray(), "control.example"u8.ToArray()];

    public override int Run(byte[] input)
    {
        var addresses = BootstrapAnswer.Read(input, "control.example");
        Check(addresses is null or { Count: <= 16 }, "Few addresses are taken.");
        return addresses?.Count ?? -1;
    }
}
