using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>What this process gives to flows: options, stores that count, a clock, a log. Disposed after the
/// engine.</summary>
internal sealed class HostEnvironment : IAsyncDisposable
{
    private readonly CountingBlobStore _blobs;
    private readonly CountingBlobStore _control;

    private HostEnvironment(CommandContext context, LoadedOptions loaded, RepositoryStores stores)
    {
        Options = loaded.Options;
        (_blobs, _control) = (new CountingBlobStore(stores.Blobs), new CountingBlobStore(stores.Control));
        Flows = new FlowEnvironment(
            loaded,
            stores with
            {
                Blobs = _blobs,
                Control = _control,
            },
            context.Time,
            context.Loggers
        )
        {
            Alarms = context.Alarms,
        };
    }

    public BackupOptions Options { get; }

    public FlowEnvironment Flows { get; }

    /// <param name="takesLeases">It adds to the repository or to its control store; for who reads alone, a repository
    /// that cannot be written will do.</param>
    public static async Task<HostEnvironment> OpenAsync(CommandContext context, bool takesLeases)
    {
        LoadedOptions loaded =
            context.Loaded ?? throw new InvalidOperationException("the command did not load its configuration");
        RepositoryStores stores = takesLeases
            ? await StoreFactory.OpenAsync(loaded, context.Time, context.Stop)
            : StoreFactory.OpenWithoutLeases(loaded, context.Time);
        return new HostEnvironment(
            context,
            loaded,
            context.ReadBytesPerSecond is { } limit
                ? stores with
                {
                    Blobs = new RateLimitedBlobStore(stores.Blobs, new RateLimit(limit, context.Time), writes: null),
                }
                : stores
        );
    }

    /// <summary>For a process that stays, which reads by it and opens another for each run: the repository need not be
    /// there yet, and may go and come back.</summary>
    public static HostEnvironment OpenToStay(CommandContext context, LoadedOptions loaded) =>
        new(context, loaded, StoreFactory.OpenToStay(loaded, context.Time));

    /// <summary>What this process asked of the storage so far.</summary>
    public StorageDocument Traffic() =>
        new(_blobs.Total + _control.Total, _blobs.BytesUp + _control.BytesUp, _blobs.BytesDown + _control.BytesDown);

    public ValueTask DisposeAsync() => Flows.DisposeAsync();
}
