using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <summary>The sets of the configured installation (of every installation, where none is configured), as hosts show them. Reads only. Thread-safe.</summary>
public sealed class InstallationSets(FlowEnvironment environment)
{
    /// <returns>Newest first.</returns>
    public async Task<IReadOnlyList<SetSummary>> ListAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        string? installation = environment.Options.Options.Installation.Name;
        return [.. head.State.Sets.Where(s => installation is null || s.Installation == installation).Reverse()];
    }

    /// <param name="text">An id, or <c>latest</c>.</param>
    /// <returns>Null: there is no such set.</returns>
    public async Task<SetSummary?> FindAsync(string text, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).FirstOrDefault(s => text == "latest" || s.Id.ToString() == text);

    public async Task<SetManifest> ReadManifestAsync(SetSummary set, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Runs.OpenRepositoryAsync(cancellationToken);
        return await repository.Log.ReadManifestAsync(set, cancellationToken);
    }
}
