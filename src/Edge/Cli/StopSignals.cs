using System.Runtime.InteropServices;

namespace Edge.Cli;

/// <summary>SIGTERM and SIGINT: the first asks the server to stop, the second ends the process at once. SIGHUP, whose default would end it, asks for files to be opened again.</summary>
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
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];
    }

    /// <summary>SIGHUP came. Raised on a thread of the pool.</summary>
    public event Action? HangUp;

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
        if (context.Signal == PosixSignal.SIGHUP)
        {
            HangUp?.Invoke();
            return;
        }
        if (_first.IsCancellationRequested)
            Environment.Exit(ExitCode.Failed);
        _first.Cancel();
    }
}
