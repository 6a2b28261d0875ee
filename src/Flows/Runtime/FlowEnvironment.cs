using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// What a host gives to the activities. Lives as long as the process: the opened repository and its index are kept here for all runs. The
/// host disposes it after the engine.
/// </summary>
public sealed class FlowEnvironment : IServiceProvider, IAsyncDisposable
{
    /// <param name="options">The valid configuration with its secrets.</param>
    /// <param name="stores">The repository's blobs and the control store.</param>
    /// <param name="time">The only clock.</param>
    public FlowEnvironment(LoadedOptions options, RepositoryStores stores, TimeProvider time, ILoggerFactory loggers)
    {
        (Options, Stores, Time, Loggers) = (options, stores, time, loggers);
        Runs = new RunSession(this);
        Verifications = new VerifySession(this);
    }

    public LoadedOptions Options { get; }

    public RepositoryStores Stores { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Loggers { get; }

    internal RunSession Runs { get; }

    internal VerifySession Verifications { get; }

    /// <summary>What an activity asks for when a host makes it: this, and nothing else.</summary>
    public object? GetService(Type serviceType) => serviceType == typeof(FlowEnvironment) ? this : null;

    public ValueTask DisposeAsync() => Runs.DisposeAsync();
}

/// <param name="Blobs">Write-once blobs.</param>
/// <param name="Control">Leases, pins and progress: the few mutable blobs.</param>
public sealed record RepositoryStores(IBlobStore Blobs, IBlobStore Control);
