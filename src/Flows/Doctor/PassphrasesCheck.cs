using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>More than one passphrase opens the repository: the one that this machine has may be lost with it.</summary>
internal sealed class PassphrasesCheck : ICheck
{
    public string Id => "single-passphrase";

    public string Why => "where it is lost, no set can be restored by anybody";

    public bool IsPreflight => false;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        if (subject.Environment is not { } environment)
        {
            return [];
        }

        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        IReadOnlyList<KeySlotSummary> slots = await repository.Keys.ListAsync(cancellationToken);
        RepositoryOptions settings = subject.Options.Repository;
        string place =
            settings.PassphraseFile is { } file ? $", which this machine has in '{file}'"
            : settings.KeyFile is null ? ", which this machine has in a variable"
            : string.Empty;
        return slots.Count == 1
            ?
            [
                new Notice(
                    Id,
                    $"the repository has one passphrase ('{slots[0].Name}'){place}",
                    Why,
                    "write it down and keep it elsewhere, and add another one of that kind with 'abf key add'"
                ),
            ]
            : [];
    }
}
