using System.Runtime.InteropServices;

namespace Edge.Cli;

/// <summary>SIGTERM and SIGINT: the first asks the server to stop, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _first;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _registration;
    private readonly PosixSignalRegistration[] _signals;

    public StopSignals(CancellationToken cancellation)
    {
        _first = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _registration = _first.Token.Register(_asked.SetResult);
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            // Asks for log files to be opened again. Its default would end the process.
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Returns after the first signal.</summary>
    public Task Wait() => _asked.Task;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _registration.Dispose();
        _first.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_first.IsCancellationRequested)
            Environment.Exit(ExitCode.Failed);
        _first.Cancel();
    }
}
