using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>A valid configuration with the secrets that it names.</summary>
/// <param name="Passphrase">Null where encryption is <c>none</c>.</param>
/// <param name="ConnectionString">Null where the URL (with a SAS) or the ambient identity opens the storage.</param>
/// <param name="Warnings">What a person should mend without its stopping anything, a line each.</param>
public sealed record LoadedOptions(BackupOptions Options, Secret? Passphrase, Secret? ConnectionString, ImmutableArray<string> Warnings);

/// <summary>What a configuration is asked for: a restore on a new machine need not say where a database is.</summary>
public enum OptionsScope
{
    /// <summary>The repository alone; the installation's name and the state directory may be left out.</summary>
    Repository,

    /// <summary>All that a backup needs: also the installation's name and place, and a state directory.</summary>
    Installation,
}
