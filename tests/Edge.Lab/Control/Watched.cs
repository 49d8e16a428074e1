namespace Edge.Lab.Control;

/// <summary>A value that is exchanged as a whole, and that others wait for. Any thread.</summary>
/// <param name="value">The first one; immutable, as all of them.</param>
internal sealed class Watched<T>(T value) where T : class
{
    private readonly Lock _lock = new();
    private T _value = value;
    private TaskCompletionSource _changed = NewSignal();

    public T Value
    {
        get
        {
            lock (_lock)
                return _value;
        }
    }

    /// <summary>The value, and what completes when it is no more the last one.</summary>
    public (T Value, Task Changed) Look()
    {
        lock (_lock)
            return (_value, _changed.Task);
    }

    /// <summary>Exchanges the value; an equal one changes nothing.</summary>
    /// <param name="change">Called once, under the lock.</param>
    public TResult Change<TResult>(Func<T, (T Next, TResult Result)> change)
    {
        TaskCompletionSource changed;
        TResult result;
        lock (_lock)
        {
            (var next, result) = change(_value);
            if (ReferenceEquals(next, _value)) return result;
            (_value, changed, _changed) = (next, _changed, NewSignal());
        }
        changed.SetResult();
        return result;
    }

    /// <summary>Waits for a value that is as expected.</summary>
    public async Task<T> Until(Func<T, bool> expected, CancellationToken cancellation)
    {
        while (true)
        {
            var (value, changed) = Look();
            if (expected(value)) return value;
            await changed.WaitAsync(cancellation);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
