using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.State;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>What this process gives to flows: options, stores that count, a clock, a log. Disposed after the engine.</summary>
internal sealed class HostEnvironment : IAsyncDisposable
{
    private HostEnvironment(LoadedOptions loaded, RepositoryStores stores, ILoggerFactory loggers, TimeProvider time)
    {
        (Options, Loggers) = (loaded.Options, loggers);
        Flows = new FlowEnvironment(loaded, stores, time, loggers);
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

    public ValueTask DisposeAsync()
    {
        Loggers.Dispose();
        return ValueTask.CompletedTask;
    }
}
