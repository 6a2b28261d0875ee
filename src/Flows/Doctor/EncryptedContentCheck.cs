using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>A store that encrypts or compresses: the sizes of its files are not those that the database says.</summary>
internal sealed class EncryptedContentCheck : ICheck
{
    public string Id => "encrypting-store";

    public string Why => "every file of it counts as missing, since its size is not the one that the database says";

    /// <summary>The proof of each set finds it.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(Look(subject));

    private IEnumerable<Notice> Look(Subject subject)
    {
        string? what =
            !subject.Installation.CheckSizes ? null
            : subject.Database is { HasEncryptedContent: true }
                ? "installation.content.checkSizes is true, and the database holds keys of encrypted content"
            : subject.Last is { Consistency.LooksEncoded: true }
                ? "installation.content.checkSizes is true, and nearly every file of the set before had another size"
            : null;
        if (what is not null)
        {
            yield return new Notice(Id, what, Why, "set installation.content.checkSizes to false");
        }
    }
}
