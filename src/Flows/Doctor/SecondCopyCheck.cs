using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>There is a store that follows the repository's.</summary>
internal sealed class SecondCopyCheck : ICheck
{
    public string Id => "no-second-copy";

    public string Why => "where the storage of the repository is lost, every set is";

    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult<IEnumerable<Notice>>(
            subject.Options.Mirror.Length > 0
                ? []
                :
                [
                    new Notice(
                        Id,
                        "mirror is not set: the repository has no second copy",
                        Why,
                        "name a store in mirror"
                    ),
                ]
        );
}
