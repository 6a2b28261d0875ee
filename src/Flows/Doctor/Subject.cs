using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>What is looked at, and what the checks found out of it for those after them.</summary>
internal sealed class Subject
{
    public required LoadedOptions Loaded { get; init; }

    public BackupOptions Options => Loaded.Options;

    public required Installation Installation { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Somebody said that lost content is right.</summary>
    public bool AcceptContentLoss { get; init; }

    /// <summary>The caller disposes it.</summary>
    public Func<ContentRoot, SourceTree> OpenRoot { get; init; } = static root => SourceTree.Open(root.Path);

    /// <summary>Gets a line where somebody else is waited for.</summary>
    public Action<string> Tell { get; init; } = static _ => { };

    /// <summary>When the next backup starts by itself; null: not known.</summary>
    public DateTimeOffset? NextBackup { get; init; }

    /// <summary>Opens the stores.</summary>
    public Func<CancellationToken, Task<FlowEnvironment>>? Open { get; init; }

    /// <summary>Null before <see cref="RepositoryCheck"/>, and where it failed.</summary>
    public FlowEnvironment? Environment { get; set; }

    /// <summary>Sets of the installation, newest first; none where there are none, or they cannot be read.</summary>
    public ImmutableArray<SetManifest> Earlier { get; set; } = [];

    public SetManifest? Last => Earlier.FirstOrDefault();

    /// <summary>Null before <see cref="DatabaseCheck"/>, and where it failed.</summary>
    public DatabaseFacts? Database { get; set; }

    /// <summary>By how much the clock of each is ahead of this machine's.</summary>
    public Dictionary<string, TimeSpan> Clocks { get; } = new(StringComparer.Ordinal);
}
