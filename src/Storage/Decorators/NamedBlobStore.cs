using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>A store that is not the repository's own: its faults are told by the name that it has.</summary>
public sealed class NamedBlobStore(IBlobStore inner, StoreName name) : GuardedBlobStore, IBlobStore
{
    public override string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    /// <summary>Opens it under its name.</summary>
    /// <param name="open">Throws what the repository's own store would.</param>
    public static async Task<IBlobStore> OpenAsync(StoreName name, Func<Task<IBlobStore>> open)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(open);
        try
        {
            return new NamedBlobStore(await open(), name);
        }
        catch (AbfException e)
        {
            throw name.Tell(e);
        }
    }

    protected override IBlobStore Open() => inner;

    protected override async Task<T> CallAsync<T>(Func<IBlobStore, Task<T>> call)
    {
        try
        {
            return await call(inner);
        }
        catch (AbfException e)
        {
            throw name.Tell(e);
        }
    }
}
