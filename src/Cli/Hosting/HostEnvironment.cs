using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>What this process gives to flows: options, stores that count, a clock, a log. Disposed after the engine.</summary>
internal sealed class HostEnvironment : IAsyncDisposable
{
    private readonly CountingBlobStore _blobs;
    private readonly CountingBlobStore _control;

    private HostEnvironment(LoadedOptions loaded, RepositoryStores stores, ILoggerFactory loggers, TimeProvider time)
    {
        (Options, Loggers) = (loaded.Options, loggers);
        (_blobs, _control) = (new CountingBlobStore(stores.Blobs), new CountingBlobStore(stores.Control));
        Flows = new FlowEnvironment(loaded, new RepositoryStores(_blobs, _control), time, loggers);
    }

    public BackupOptions Options { get; }

    public ILoggerFactory Loggers { get; }

    public FlowEnvironment Flows { get; }

    public static async Task<HostEnvironment> OpenAsync(CommandContext context)
    {
        LoadedOptions loaded = context.Options ?? throw new InvalidOperationException("the options are read first");
        string state = StateDirectory.Prepare(loaded.Options.State!);
        RepositoryStores stores = await StoreFactory.OpenAsync(loaded, context.Time, context.Stop);
        ILoggerFactory loggers = LoggerFactory.Create(builder => builder.AddProvider(new FileLog(Path.Combine(state, "abf.log"), context.Messages, context.Time)));
        return new HostEnvironment(loaded, stores, loggers, context.Time);
    }

    /// <summary>What this process asked of the storage so far.</summary>
    public StorageDocument Traffic() => new(_blobs.Total + _control.Total, _blobs.BytesUp + _control.BytesUp, _blobs.BytesDown + _control.BytesDown);

    public async ValueTask DisposeAsync()
    {
        await Flows.DisposeAsync();
        Loggers.Dispose();
    }
}
