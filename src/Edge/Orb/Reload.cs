namespace Edge.Orb;

/// <summary>What is read or opened again when the process is asked to (SIGHUP): certificates, log files. Safe to use from any thread.</summary>
internal sealed class Reload
{
    private readonly Lock _lock = new();
    private readonly List<Action> _actions = [];

    /// <param name="action">Throws nothing: what goes wrong is its own to say.</param>
    public void Register(Action action)
    {
        lock (_lock)
            _actions.Add(action);
    }

    public void Run()
    {
        Action[] actions;
        lock (_lock)
            actions = [.. _actions];
        foreach (var action in actions)
            action();
    }
}
