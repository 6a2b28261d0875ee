using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Content that the set before could not have, since it lies outside of the file system.</summary>
internal sealed class OutsideContentCheck : ICheck
{
    public string Id => "content-outside";

    public string Why => "these documents are in no set";

    /// <summary>The proof of each set names them.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(
            from outside in subject.Last?.Consistency.Unprotected ?? ImmutableSortedDictionary<string, long>.Empty
            select new Notice(
                Id,
                $"{outside.Value} content URLs of the set before are {outside.Key}://, which is no store that is captured",
                Why,
                $"name the directory in installation.content.stores as '{outside.Key}', or protect it by its own means"
            )
        );
}
