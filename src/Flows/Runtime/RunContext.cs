using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// What an activity works with while the run's lease is held: the repository, the indexes of the sets that were there
/// at the run's base and of what it stored itself, its lists and its pages. One for all activities of the run in this
/// process; thread-safe. A set that another installation committed since the base may expire, and its packs go, during
/// the run: nothing keeps them for it (<c>docs/repository-format.md</c>, Garbage).
/// </summary>
internal sealed class RunContext : IDisposable
{
    private const string LostPacksPage = "lost-packs";

    private readonly ConcurrentDictionary<ContentRef, RequiredListReader> _requiredLists = new();
    private readonly ConcurrentDictionary<string, byte[]> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);
    private LostPacks? _lost;
    private bool _isPreflightHere;
    private SetManifest? _parent;

    private RunContext(
        FlowEnvironment environment,
        RunRef run,
        BackupRepository repository,
        ChunkIndex index,
        RunChunkIndex runIndex
    )
    {
        (Run, Repository, Index, RunIndex) = (run, repository, index, runIndex);
        (Options, Time, SourceReads) = (environment.Options, environment.Time, environment.SourceReads);
        Chunks = repository.CreateReader(index, runIndex);
    }

    public RunRef Run { get; }

    public BackupOptions Options { get; }

    public TimeProvider Time { get; }

    /// <inheritdoc cref="FlowEnvironment.SourceReads"/>
    public RateLimit? SourceReads { get; }

    public BackupRepository Repository { get; }

    /// <summary>Of the sets that were there at the run's base.</summary>
    public ChunkIndex Index { get; }

    /// <summary>Of what the run stored itself.</summary>
    public RunChunkIndex RunIndex { get; }

    /// <summary>Chunks of the sets and of this run.</summary>
    public IChunkSource Chunks { get; }

    /// <summary>The content roots as this process sees them.</summary>
    public SourceRoots Roots { get; } = new();

    /// <param name="opened">The run as the log has it.</param>
    public static async Task<RunContext> LoadAsync(
        FlowEnvironment environment,
        RunRef run,
        BackupRepository repository,
        RunOpened opened,
        LogHead head,
        CancellationToken cancellationToken
    )
    {
        ChunkIndex index = await repository.LoadIndexAsync(head.State.WithIndexesUpTo(opened.Base), cancellationToken);
        return new RunContext(
            environment,
            run,
            repository,
            index,
            await repository.LoadRunIndexAsync(run.Id, cancellationToken)
        );
    }

    /// <summary>Read anew each time: a setting that was corrected counts when a run goes on.</summary>
    public Installation DiscoverInstallation() => Installation.Discover(Options.Installation);

    /// <summary>Warns of what many activities of the run come upon: this process says it once.</summary>
    public void WarnOnce(IProgressSink progress, string message)
    {
        if (_told.TryAdd(message, true))
        {
            progress.Warn(message);
        }
    }

    /// <summary>A local directory for sorting what does not fit into memory.</summary>
    public string SpillDirectory() => StateDirectory.MakeBeneath(Options.State!, "cache", "spill");

    /// <summary>
    /// The list's reader, the same for the whole run: every step of a capture wants another range of it.
    /// </summary>
    public RequiredListReader OpenRequired(ContentRef list) =>
        _requiredLists.GetOrAdd(list, static (key, chunks) => new RequiredListReader(chunks, key), Chunks);

    /// <summary>The manifest of the set that is inherited from; null where there is none.</summary>
    public async Task<SetManifest?> ReadParentAsync(CancellationToken cancellationToken)
    {
        if (Run.Parent is not { } parent)
        {
            return null;
        }

        if (_parent is null)
        {
            LogHead head = await Repository.Log.ReadRecentAsync(LeaseKeeper.RenewEvery, cancellationToken);
            _parent = head.State.FindSet(parent) is { } set
                ? await Repository.Log.ReadManifestAsync(set, cancellationToken)
                : null;
        }

        return _parent;
    }

    public async Task<RunWriter> OpenWriterAsync(string page, CancellationToken cancellationToken) =>
        Repository.OpenRunWriter(Run.Id, page, Index, RunIndex, await LostPacksAsync(cancellationToken));

    /// <summary>
    /// A page that this process knows of: its own, and what was there when it came to the run or looked again. Null
    /// where it knows of none; one that is there all the same counts once it is to be created.
    /// </summary>
    public async Task<T?> TryReadKnownPageAsync<T>(
        string page,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : class => RunIndex.KnowsPage(page) ? await TryReadPageAsync(page, type, cancellationToken) : null;

    private async Task<T?> TryReadPageAsync<T>(string page, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        _kept.TryGetValue(page, out byte[]? json)
            ? JsonSerializer.Deserialize(json, type)
            : RunIndex.TryGetPage(page, type)
                ?? await Repository.Pages.TryReadAsync(Run.Id, page, type, cancellationToken);

    /// <summary>Pages that the history keeps count as those that are stored.</summary>
    public void Keep(IKeptPages? input)
    {
        foreach (KeptPage page in input is null || input.Pages.IsDefault ? [] : input.Pages)
        {
            _kept[page.Name] = page.Json;
        }
    }

    /// <summary>A page that the journal counts.</summary>
    public async Task<T> ReadPageAsync<T>(string page, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await TryReadPageAsync(page, type, cancellationToken)
        ?? throw new PermanentException(
            ErrorKind.Repository,
            $"The result page '{page}' of run {Run.Id} is gone: start a new backup."
        );

    /// <summary>
    /// Looks for packs that were lost from the storage. What is found holds for the whole run, on every host.
    /// </summary>
    public async Task<LostPacks> FindLostPacksAsync(CancellationToken cancellationToken)
    {
        LostPackList? list = await TryReadPageAsync(LostPacksPage, RuntimeJson.Default.LostPackList, cancellationToken);
        if (list is null && await Repository.FindLostPacksAsync(Index, cancellationToken) is { Count: > 0 } lost)
        {
            await using RunWriter writer = Repository.OpenRunWriter(Run.Id, LostPacksPage, Index, RunIndex, lost);
            list = await writer.CommitPageAsync(
                LostPackList.Of(lost),
                RuntimeJson.Default.LostPackList,
                cancellationToken
            );
        }

        return list?.ToPacks() ?? LostPacks.None;
    }

    /// <summary>
    /// The preflight ran in this process and did not look for lost packs: the page of an earlier attempt that did would
    /// have been seen when this process came to the run.
    /// </summary>
    public void NoteNotLookedForPacks() => _isPreflightHere = true;

    /// <summary>
    /// What the preflight found. Read once in each process, by the first activity after the preflight.
    /// </summary>
    public async ValueTask<LostPacks> LostPacksAsync(CancellationToken cancellationToken)
    {
        if (_lost is null)
        {
            LostPackList? list =
                _isPreflightHere && !RunIndex.KnowsPage(LostPacksPage)
                    ? null
                    : await TryReadPageAsync(LostPacksPage, RuntimeJson.Default.LostPackList, cancellationToken);
            _lost = list?.ToPacks() ?? LostPacks.None;
        }

        return _lost;
    }

    public void Dispose() => RunIndex.Dispose();
}
