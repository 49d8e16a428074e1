using Edge.Io;

namespace Edge.Tests.Io;

public sealed class StateDirectoryTests
{
    private static StateDirectory Of(params string[] variables) =>
        StateDirectory.Find(name => variables.FirstOrDefault(v => v.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]);

    [Test]
    public async Task The_order_is_TS_STATE_DIR_then_XDG_STATE_HOME_then_HOME_then_memory()
    {
        await Assert.That(Of("TS_STATE_DIR=/a", "XDG_STATE_HOME=/b", "HOME=/c")).IsEqualTo(new StateDirectory("/a", "TS_STATE_DIR"));
        await Assert.That(Of("XDG_STATE_HOME=/b", "HOME=/c")).IsEqualTo(new StateDirectory("/b/edge", "XDG_STATE_HOME"));
        await Assert.That(Of("HOME=/c")).IsEqualTo(new StateDirectory("/c/.local/state/edge", "HOME"));
        await Assert.That(Of()).IsEqualTo(new StateDirectory(null, ""));
    }

    [Test]
    public async Task An_empty_or_relative_folder_is_as_good_as_none()
    {
        await Assert.That(Of("TS_STATE_DIR=", "XDG_STATE_HOME=state", "HOME=")).IsEqualTo(new StateDirectory(null, ""));
    }

    [Test]
    public async Task Memory_on_purpose_is_no_warning_and_memory_by_accident_is_one()
    {
        await Assert.That(Machine.State(Of("TS_STATE_DIR=mem:")).State).IsEqualTo(FindingState.Ok);
        await Assert.That(Machine.State(Of()).State).IsEqualTo(FindingState.Warning);
    }
}
