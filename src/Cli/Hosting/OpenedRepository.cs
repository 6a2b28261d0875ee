using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Documents;
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
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

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

    /// <summary>What checked sets last; nothing where that cannot be read, which is said.</summary>
    public async Task<SetCheckTable> ReadChecksAsync(CommandContext context)
    {
        try
        {
            return await Repository.SetChecks.ReadAsync(context.Stop);
        }
        catch (AbfException e)
        {
            context.Messages.Warn($"what verified or rehearsed the sets last cannot be read: {e.Message}");
            return SetCheckTable.Empty;
        }
    }

    /// <summary>The same with an entry that the log must have.</summary>
    /// <param name="expected">As <c>--expect-head</c> says it; null: any log will do.</param>
    /// <exception cref="PermanentException">Repository: the log was cut, forked, or put back from an older
    /// copy.</exception>
    public static async Task<OpenedRepository> OpenAsync(CommandContext context, string? expected)
    {
        RememberedHead? head = ExpectedHead.Parse(expected);
        OpenedRepository opened = await OpenAsync(context);
        try
        {
            if (head is not null && (await opened.Repository.Log.ReadAsync(head, context.Stop)).Break is { } broken)
            {
                throw new PermanentException(ErrorKind.Repository, broken);
            }

            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same for a command that changes it.</summary>
    /// <exception cref="PermanentException">Configuration: it is a mirror.</exception>
    /// <param name="takesUnnamed">As <see cref="RepositoryAccess.TakesUnnamed"/>.</param>
    public static async Task<OpenedRepository> OpenToChangeAsync(CommandContext context, bool takesUnnamed = false)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        IBlobStore blobs = StoreFactory.OpenWithoutLeases(loaded, context.Time).Blobs;
        await MirrorMark.RequireNoneAsync(blobs, context.Stop);
        return await OpenAsync(context, loaded, blobs, isNew: false, takesUnnamed);
    }

    /// <param name="isNew">It was begun just now: whatever was at its place before is gone.</param>
    public static Task<OpenedRepository> OpenAsync(CommandContext context, bool isNew = false)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        return OpenAsync(context, loaded, StoreFactory.OpenWithoutLeases(loaded, context.Time).Blobs, isNew);
    }

    /// <summary>The same with a store that is open.</summary>
    public static async Task<OpenedRepository> OpenAsync(
        CommandContext context,
        LoadedOptions loaded,
        IBlobStore blobs,
        bool isNew,
        bool takesUnnamed = false
    )
    {
        string state = StateDirectory.Prepare(loaded.Options.State!);
        HeadMemory MemoryOf(string repository) => new(state, repository, blobs.Location);
        var access = new RepositoryAccess(
            loaded.Options.Repository.Encryption,
            loaded.Passphrase,
            Path.Combine(state, "cache"),
            context.Time
        )
        {
            KeyFile = loaded.KeyFile,
            TakesUnnamed = takesUnnamed,
            Remembered = repository =>
            {
                if (isNew)
                {
                    new RepositoryPin(state, blobs.Location).Replace(repository);
                }

                return MemoryOf(repository).Recall();
            },
        };
        BackupRepository repository = await BackupRepository.OpenAsync(blobs, access, context.Stop);
        try
        {
            // As it was read by the opening, against what was remembered.
            LogHead head = await repository.Log.ReadRecentAsync(TimeSpan.MaxValue, context.Stop);
            MemoryOf(repository.Id).Remember(head, context.Messages.Warn);
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
                $"'latest': no set is consistent, the newest is {Sets[0].Id}; name the one to take, "
                    + "'abf show' says what it lacks"
            );
    }

    /// <summary>The set that a command is to use; <c>latest</c> is the newest consistent one.</summary>
    /// <param name="messages">Get a warning that names newer sets.</param>
    /// <inheritdoc cref="FindSet"/>
    public SetSummary FindSetToUse(string text, MessageWriter messages)
    {
        if (text != InstallationSets.Latest)
        {
            return FindSet(text);
        }

        (SetSummary set, string? passedOver) = FindConsistentSet();
        if (passedOver is not null)
        {
            messages.Warn(passedOver);
        }

        return set;
    }

    /// <summary>The catalogues of its sets, read until the command is stopped.</summary>
    public Task<SetCatalogues> OpenCataloguesAsync(CommandContext context) =>
        SetCatalogues.OpenAsync(Repository, Head.State, context.Messages.Warn, context.Stop);

    /// <summary>Keeps sets from being forgotten, as a restore does, until what is returned is disposed.</summary>
    /// <param name="sets">None: all of them.</param>
    public static async Task<IAsyncDisposable> HoldAsync(CommandContext context, params RunId[] sets)
    {
        LoadedOptions loaded =
            context.Loaded ?? throw new InvalidOperationException("the command did not load its configuration");
        ReadingSets reading = new(
            StoreFactory.OpenWithoutLeases(loaded, context.Time).OpenControl!,
            context.Time,
            context.Loggers.CreateLogger(nameof(ReadingSets))
        );
        try
        {
            RunId?[] held = sets.Length == 0 ? [null] : [.. sets.Distinct().Select(static set => (RunId?)set)];
            foreach (RunId? set in held)
            {
                await reading.HoldAsync(set, context.Stop);
            }

            return reading;
        }
        catch
        {
            await reading.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Repository.DisposeAsync();
}
