using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>A valid configuration with the secrets that it names.</summary>
/// <param name="Passphrase">Null where encryption is <c>none</c>, and where there is a key file.</param>
/// <param name="ConnectionString">Null where the URL (with a SAS) or the ambient identity opens the storage.</param>
/// <param name="Warnings">What a person should fix; none of it stops anything, a line each.</param>
public sealed record LoadedOptions(
    BackupOptions Options,
    Secret? Passphrase,
    Secret? ConnectionString,
    ImmutableArray<string> Warnings
)
{
    /// <summary>The text of <c>repository.keyFile</c>, which takes the place of a passphrase; null without one.</summary>
    public Secret? KeyFile { get; init; }
}
