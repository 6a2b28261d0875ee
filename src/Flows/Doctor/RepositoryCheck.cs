using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The repository is there, opens, and its log is whole.</summary>
internal sealed class RepositoryCheck : ICheck
{
    /// <summary>Sets by which times are expected.</summary>
    private const int MaxEarlier = 3;

    public string Id => "repository";

    public string Why => "no set can be stored";

    /// <summary>A backup opens it before its preflight.</summary>
    public bool IsPreflight => false;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        FlowEnvironment environment = await subject.Open!(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadRecentAsync(TimeSpan.MaxValue, cancellationToken);
        if (head.Break is { } broken)
        {
            throw new PermanentException(ErrorKind.Repository, broken);
        }

        subject.Environment = environment;
        var earlier = ImmutableArray.CreateBuilder<SetManifest>();
        IEnumerable<SetSummary> own = InstallationSets
            .Of(head, subject.Options.Installation.Name)
            .Where(static set => !set.Imported);
        foreach (SetSummary set in own.Take(MaxEarlier))
        {
            earlier.Add(await repository.Log.ReadManifestAsync(set, cancellationToken));
        }

        subject.Earlier = earlier.ToImmutable();
        return [];
    }
}
