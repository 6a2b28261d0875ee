using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>A host with a repository that is not encrypted, and no installation that could be backed up.</summary>
internal static class PlainEnvironment
{
    /// <param name="state">Its state directory.</param>
    public static FlowEnvironment Of(
        string state,
        IBlobStore blobs,
        IBlobStore control,
        string installation = "acme",
        TimeProvider? time = null,
        ILoggerFactory? loggers = null
    )
    {
        var options = new BackupOptions { State = state };
        options.Installation.Name = installation;
        options.Repository.Encryption = RepositoryAccess.EncryptionNone;
        return new FlowEnvironment(
            new LoadedOptions(options, null, null, []),
            new RepositoryStores(blobs, control),
            time ?? TimeProvider.System,
            loggers ?? NullLoggerFactory.Instance
        );
    }
}
