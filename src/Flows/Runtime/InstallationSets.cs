using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// The sets of the configured installation (of every installation, where none is configured), as hosts show them. Reads
/// only. Thread-safe.
/// </summary>
public sealed class InstallationSets(FlowEnvironment environment)
{
    public const string Latest = "latest";

    private string? Installation => environment.Options.Installation.Name;

    /// <returns>Newest first.</returns>
    public async Task<IReadOnlyList<SetSummary>> ListAsync(CancellationToken cancellationToken) =>
        [.. Of(await ReadHeadAsync(cancellationToken), Installation)];

    /// <summary>The same, with the alarms of the log, which is read anew and remembered as a run reads it.</summary>
    /// <returns>The sets, newest first.</returns>
    /// <exception cref="PermanentException">Repository: the log is broken.</exception>
    public async Task<(IReadOnlyList<SetSummary> Sets, IReadOnlyList<string> Alarms)> LookAsync(
        CancellationToken cancellationToken
    )
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        return ([.. Of(head, Installation)], head.Alarms);
    }

    /// <inheritdoc cref="Find"/>
    public async Task<SetSummary?> FindAsync(string text, CancellationToken cancellationToken) =>
        Find(await ReadHeadAsync(cancellationToken), Installation, text);

    /// <param name="installation">Null: the sets of every installation.</param>
    /// <returns>Newest first.</returns>
    public static IEnumerable<SetSummary> Of(LogHead head, string? installation) =>
        head.State.Sets.Where(s => installation is null || s.Installation == installation).Reverse();

    /// <summary>The newest backup; where there is none, the newest imported set.</summary>
    /// <param name="sets">In the order of the log.</param>
    public static SetSummary? FindNewest(IEnumerable<SetSummary> sets) => Ranked(sets.Reverse()).FirstOrDefault();

    /// <summary>The same in the order in which <c>latest</c> looks: imported sets come after all others, whatever time they
    /// are of.</summary>
    private static IEnumerable<SetSummary> Ranked(LogHead head, string? installation) => Ranked(Of(head, installation));

    /// <param name="sets">Newest first.</param>
    private static IEnumerable<SetSummary> Ranked(IEnumerable<SetSummary> sets) =>
        sets.OrderBy(static set => set.Imported);

    /// <param name="text">An id, or <c>latest</c>.</param>
    /// <returns>Null: there is no such set.</returns>
    /// <exception cref="PermanentException">Repository: nobody can tell which is the latest.</exception>
    public static SetSummary? Find(LogHead head, string? installation, string text) =>
        text == Latest && head.Break is { } broken
            ? throw new PermanentException(
                ErrorKind.Repository,
                $"{broken} Which set is the latest is not known: name one that 'abf sets' lists."
            )
            : Ranked(head, installation).FirstOrDefault(s => text == Latest || s.Id.ToString() == text);

    /// <summary>What <c>latest</c> is for a restore: the newest set that is consistent.</summary>
    /// <returns>Null: there is none. With it, a line that names the newer sets that are not.</returns>
    /// <inheritdoc cref="Find"/>
    public static (SetSummary? Set, string? PassedOver) FindConsistent(LogHead head, string? installation)
    {
        Find(head, installation, Latest);
        SetSummary[] newer = [.. Ranked(head, installation).TakeWhile(s => !s.Consistent)];
        SetSummary? found = Ranked(head, installation).FirstOrDefault(s => s.Consistent);
        return (
            found,
            newer.Length == 0
                ? null
                : $"newer sets are not consistent and are passed over: {string.Join(", ", newer.Take(5).Select(s => s.Id))}"
                    + (newer.Length > 5 ? $" and {newer.Length - 5} more" : string.Empty)
                    + "; name one with --set to restore it all the same"
        );
    }

    /// <summary>
    /// The newest check of a kind of any of these sets; null where none is recorded. That of an imported one tells nothing
    /// of the backups, and counts only where none of them is consistent.
    /// </summary>
    /// <param name="kind">One of <see cref="SetCheckKinds"/>.</param>
    /// <param name="depth">Of a verification; null: any.</param>
    public static SetCheck? FindLastCheck(
        SetCheckTable checks,
        IReadOnlyCollection<SetSummary> sets,
        string kind,
        string? depth = null
    )
    {
        bool isBackedUp = sets.Any(static set => set is { Consistent: true, Imported: false });
        HashSet<RunId> own = [.. sets.Where(set => !isBackedUp || !set.Imported).Select(static set => set.Id)];
        return checks.Checks.LastOrDefault(check =>
            check.Kind == kind && (depth is null || check.Depth == depth) && own.Contains(check.Set)
        );
    }

    /// <inheritdoc cref="FindConsistent(LogHead, string?)"/>
    public async Task<(SetSummary? Set, string? PassedOver)> FindConsistentAsync(CancellationToken cancellationToken) =>
        FindConsistent(await ReadHeadAsync(cancellationToken), Installation);

    /// <summary>What checked sets last.</summary>
    public async Task<SetCheckTable> ReadChecksAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return await repository.SetChecks.ReadAsync(cancellationToken);
    }

    public async Task<SetManifest> ReadManifestAsync(SetSummary set, CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return await repository.Log.ReadManifestAsync(set, cancellationToken);
    }

    /// <summary>The repository and its log, for whoever reads what the sets hold.</summary>
    public async Task<(BackupRepository Repository, LogHead Head)> OpenAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return (repository, await repository.Log.ReadAsync(cancellationToken));
    }

    /// <summary>Keeps a set from being forgotten until what is returned is disposed.</summary>
    /// <param name="set">Null: all of them.</param>
    public Task<IAsyncDisposable> HoldAsync(RunId? set, CancellationToken cancellationToken) =>
        environment.Reading.HoldAsync(set, cancellationToken);

    /// <summary>The head of the log, read anew: what this process has in memory may have been cut off.</summary>
    /// <exception cref="PermanentException">
    /// Repository: the log ends before what this machine has seen of it, or is another.
    /// </exception>
    public Task<LogHead> RereadHeadAsync(CancellationToken cancellationToken) =>
        environment.Repository.RereadLogAsync(cancellationToken);

    private async Task<LogHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return await repository.Log.ReadAsync(cancellationToken);
    }

    /// <summary>What sets take up; follows each of them, which takes minutes where there is much.</summary>
    /// <returns>The use of the whole repository, and the log that it was read by.</returns>
    public async Task<(RepositoryUse Use, LogHead Head)> ReadUseAsync(CancellationToken cancellationToken)
    {
        LogHead head = await environment.Repository.RereadLogAsync(cancellationToken);
        BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
        return (await RepositoryUse.ReadAsync(repository, head.State, cancellationToken), head);
    }
}
