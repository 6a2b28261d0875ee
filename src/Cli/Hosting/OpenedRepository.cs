using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The repository, opened for a command that reads it or changes its keys, with the head of its log.</summary>
internal sealed class OpenedRepository : IAsyncDisposable
{
    private readonly string? _installation;

    private OpenedRepository(BackupRepository repository, LogHead head, string? installation)
    {
        (Repository, Head, _installation) = (repository, head, installation);
        Sets = [.. InstallationSets.Of(head, installation)];
    }

    public BackupRepository Repository { get; }

    public LogHead Head { get; }

    /// <summary>The installation's sets, newest first; every installation's where none is named.</summary>
    public IReadOnlyList<SetSummary> Sets { get; }

    /// <param name="isNew">It was begun just now: whatever was at its place before is gone.</param>
    public static async Task<OpenedRepository> OpenAsync(CommandContext context, bool isNew = false)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        string state = StateDirectory.Prepare(loaded.Options.State!);
        RepositoryStores stores = StoreFactory.OpenWithoutLeases(loaded, context.Time);
        var access = new RepositoryAccess(
            loaded.Options.Repository.Encryption,
            loaded.Passphrase,
            Path.Combine(state, "cache"),
            context.Time
        );
        BackupRepository repository = await BackupRepository.OpenAsync(stores.Blobs, access, context.Stop);
        try
        {
            if (isNew)
            {
                new RepositoryPin(state, stores.Blobs.Location).Replace(repository.Id);
            }

            var memory = new HeadMemory(state, repository.Id, stores.Blobs.Location);
            LogHead head = await memory.ReadAsync(repository.Log, context.Messages.Warn, context.Stop);
            foreach (string alarm in head.Alarms)
            {
                context.Messages.WarnOnce(alarm);
            }

            return new OpenedRepository(repository, head, loaded.Options.Installation.Name);
        }
        catch
        {
            await repository.DisposeAsync();
            throw;
        }
    }

    /// <param name="text">An id, or <c>latest</c>.</param>
    /// <exception cref="PermanentException">
    /// Configuration: there is no such set. Repository: nobody can tell which is the latest.
    /// </exception>
    public SetSummary FindSet(string text) =>
        InstallationSets.Find(Head, _installation, text)
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            Sets.Count == 0
                ? $"there is no set '{text}': the repository has no set of this installation yet"
                : $"there is no set '{text}': 'abf sets' lists them, the newest is {Sets[0].Id}"
        );

    /// <summary>The set that a restore of <c>latest</c> takes, and a line that names newer ones.</summary>
    /// <inheritdoc cref="FindSet"/>
    public (SetSummary Set, string? PassedOver) FindConsistentSet()
    {
        (SetSummary? set, string? passedOver) = InstallationSets.FindConsistent(Head, _installation);
        return set is not null ? (set, passedOver)
            : Sets.Count == 0 ? (FindSet(InstallationSets.Latest), null)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"--set latest: no set is consistent, the newest is {Sets[0].Id}; name the one to restore, "
                    + "'abf show' says what it lacks"
            );
    }

    public ValueTask DisposeAsync() => Repository.DisposeAsync();
}
