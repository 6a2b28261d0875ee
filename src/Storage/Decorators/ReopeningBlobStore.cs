namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>
/// A store that is opened when it is needed, and again after a call that failed: a process that lives for months begins
/// while a volume is not mounted, and goes on when it is mounted again, which may be as another device.
/// For who reads alone: what a writer knows of a store must not outlive it.
/// </summary>
/// <param name="location">As <see cref="IBlobStore.Location"/>, until it was open once.</param>
/// <param name="open">Opens it, or throws what the call is to throw.</param>
public sealed class ReopeningBlobStore(string location, Func<IBlobStore> open) : GuardedBlobStore
{
    private volatile IBlobStore? _inner;
    private volatile string _location = location;

    /// <summary>The same from the first opening on: what is remembered of a store is remembered by it.</summary>
    public override string Location => _location;

    protected override IBlobStore Open()
    {
        IBlobStore inner = _inner ?? open();
        (_inner, _location) = (inner, inner.Location);
        return inner;
    }

    protected override async Task<T> CallAsync<T>(Func<IBlobStore, Task<T>> call)
    {
        try
        {
            return await call(Open());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _inner = null;
            throw;
        }
    }
}
