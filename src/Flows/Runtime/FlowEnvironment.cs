using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows;

/// <summary>What a host gives to the activities. Lives as long as the process; the opened repository and its index are kept for all runs.</summary>
/// <param name="Options">The valid configuration with its secrets.</param>
/// <param name="Stores">The repository's blobs and the control store.</param>
/// <param name="Time">The only clock.</param>
public sealed record FlowEnvironment(LoadedOptions Options, RepositoryStores Stores, TimeProvider Time, ILoggerFactory Loggers);

/// <param name="Blobs">Write-once blobs.</param>
/// <param name="Control">Leases, pins and progress: the few mutable blobs.</param>
public sealed record RepositoryStores(IBlobStore Blobs, IBlobStore Control);
