using Edge.Crypto;

namespace Edge.Orb.Middlewares;

/// <summary>
/// Verifying passwords against hashes, which is dear on purpose: a few at a time for the whole server, so that guesses take neither all of
/// the processors nor all of the memory. Safe to use from any thread.
/// </summary>
/// <param name="atOnce">How many are verified at a time.</param>
/// <param name="waiting">How many may wait. More are turned away at once.</param>
/// <param name="verify">Whether a password is that of a hash; takes long.</param>
internal sealed class PasswordWork(int atOnce, int waiting, Func<string, ReadOnlyMemory<byte>, bool> verify) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(atOnce);
    private int _waiting;

    public PasswordWork()
        : this(Math.Max(1, Environment.ProcessorCount / 2), waiting: 64, static (hash, password) => Argon2id.Verify(hash, password.Span))
    {
    }

    /// <returns>Whether the password is right; null: too many wait already.</returns>
    public async ValueTask<bool?> Verify(string hash, ReadOnlyMemory<byte> password, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_slots.Wait(0, CancellationToken.None) && !await WaitInLine(cancellation))
            return null;
        try
        {
            // A request goes on in the thread that waits for its socket (Io.InlineSockets): this would hold up all others of that thread.
            return await Task.Run(() => verify(hash, password), CancellationToken.None);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<bool> WaitInLine(CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > waiting)
                return false;
            await _slots.WaitAsync(cancellation);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
