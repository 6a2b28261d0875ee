using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>
/// The repository's one linear, hash-chained log. Appending is the conditional create of the next entry, so no lock is
/// needed: of two writers one creates it, and the other reads it and judges anew. Every method may be called again
/// after a lost answer, and from several threads. Damage is a <see cref="PermanentException"/> of kind Repository. A
/// log whose chain is broken can be read; appending to it is damage.
/// </summary>
public sealed class CommitLog
{
    private readonly IBlobStore _blobs;
    private readonly LogReader _reader;
    private readonly KnownHead _head;
    private readonly LogWriter _writer;
    private readonly RunEnds _ends;

    /// <param name="cache">As of <see cref="LogReader"/>.</param>
    internal CommitLog(SealedBlobs blobs, TimeProvider time, LogCache? cache = null)
    {
        _blobs = blobs.Store;
        _reader = new LogReader(blobs, cache);
        _head = new KnownHead(blobs.Store, _reader, time);
        _writer = new LogWriter(blobs, time, _reader, _head);
        _ends = new RunEnds(_reader);
    }

    /// <summary>
    /// The log as it is now. The first call reads some entries, a later one only those that were added.
    /// </summary>
    public Task<LogHead> ReadAsync(CancellationToken cancellationToken = default) => ReadAsync(null, cancellationToken);

    /// <summary>
    /// The log as it is now, held against what was remembered: a log that ends before that entry, or has another there,
    /// is broken (<see cref="LogHead.Break"/>). Reads back as far as the remembered entry.
    /// </summary>
    public Task<LogHead> ReadAsync(RememberedHead? remembered, CancellationToken cancellationToken = default) =>
        _head.ReadAsync(remembered, looksAgain: false, cancellationToken);

    /// <summary>
    /// The same where the log was read here before: a listing shows that the entries are there in their length, and the
    /// newest is read again.
    /// </summary>
    public Task<LogHead> LookAgainAsync(RememberedHead? remembered, CancellationToken cancellationToken = default) =>
        _head.ReadAsync(remembered, looksAgain: true, cancellationToken);

    /// <summary>
    /// The log as it was read or added to here, where that is no longer ago than <paramref name="maxAge"/>; otherwise
    /// as it is now.
    /// </summary>
    public Task<LogHead> ReadRecentAsync(TimeSpan maxAge, CancellationToken cancellationToken = default) =>
        _head.ReadRecentAsync(maxAge, cancellationToken);

    /// <summary>
    /// Opens a run; where it is open already, returns how. A run that has ended cannot be opened again.
    /// </summary>
    public Task<RunOpened> OpenRunAsync(
        RunId run,
        string installation,
        CancellationToken cancellationToken = default
    ) => OpenRunAsync(run, installation, seen: 0, cancellationToken);

    /// <inheritdoc cref="OpenRunAsync(RunId, string, CancellationToken)"/>
    /// <param name="run">The run.</param>
    /// <param name="installation">Whose it is.</param>
    /// <param name="seen">
    /// Sequence of an entry that was there before the run began: none up to it names the run, and none of them is searched for
    /// an end of it. 0: nothing is known.
    /// </param>
    /// <param name="cancellationToken">Ends it between two requests.</param>
    public async Task<RunOpened> OpenRunAsync(
        RunId run,
        string installation,
        long seen,
        CancellationToken cancellationToken
    )
    {
        long searched = seen;
        LogHead head = await _writer.AppendAsync(JudgeAsync, cancellationToken);
        return head.State.FindOpenRun(run) ?? throw RunEnds.HasItsSet(run);

        // Another may open this run and end it while this one opens it: every newer head is searched for an end as
        // well.
        async Task<LogEntry?> JudgeAsync(LogHead known)
        {
            if (known.State.FindOpenRun(run) is { } open)
            {
                return open.Installation == installation
                    ? null
                    : throw new ArgumentException(
                        $"Run {run} was opened for installation '{open.Installation}'.",
                        nameof(installation)
                    );
            }

            if (known.State.FindSet(run) is not null)
            {
                return null;
            }

            if (await _ends.FindAsync(run, known, searched, RunEnds.OldestOf(run), cancellationToken) is { } ended)
            {
                throw ended;
            }

            searched = known.Sequence;
            return _writer.Draft(known, LogEntryTypes.RunOpen) with
            {
                Run = run,
                Installation = installation,
                Base = known.Sequence,
            };
        }
    }

    /// <summary>
    /// Commits a set: one conditional write. Where the run's set exists already, returns it. A run that was evicted or
    /// aborted cannot commit: <see cref="ErrorKind.Busy"/> or <see cref="ErrorKind.Cancelled"/>. A set that the store
    /// shows in another log than the one that was read is none: <see cref="ErrorKind.Repository"/>.
    /// </summary>
    public async Task<SetSummary> CommitAsync(
        RunId run,
        long runBase,
        SetManifest manifest,
        CancellationToken cancellationToken = default
    )
    {
        string? violation =
            manifest.Id == run && manifest.Base == runBase
                ? ManifestRules.Violation(manifest)
                : "it is that of another run";
        if (violation is not null)
        {
            throw new ArgumentException(
                $"The manifest of run {run} cannot be committed: {violation}.",
                nameof(manifest)
            );
        }

        LogHead head = await _writer.AppendAsync(
            seen =>
                seen.State.FindOpenRun(run) is null
                    ? null
                    : _writer.Draft(seen, LogEntryTypes.Set) with
                    {
                        Run = run,
                        Manifest = manifest,
                    },
            cancellationToken
        );
        if (head.State.FindSet(run) is { } set)
        {
            await RequireOneHistoryAsync(set, runBase, cancellationToken);
            return set;
        }

        throw await _ends.FindAsync(run, head, runBase, DateTimeOffset.MinValue, cancellationToken)
            ?? new PermanentException(
                ErrorKind.Unexpected,
                $"Run {run} was never opened in the log at {_blobs.Location}."
            );
    }

    /// <summary>
    /// A store that shows one log and then another could have the new entry put into the other. So the entries from the
    /// run's base on are read once more, the new one last: they are to follow each other.
    /// </summary>
    private async Task RequireOneHistoryAsync(SetSummary set, long runBase, CancellationToken cancellationToken)
    {
        StoredEntry? last = null;
        for (long sequence = runBase; sequence <= set.Sequence; sequence++)
        {
            if ((await _reader.ProbeAsync(sequence, cancellationToken)).Stored is not { } stored)
            {
                continue;
            }

            if (last is null ? sequence > runBase : stored.Entry.Previous != last.Sha256)
            {
                break;
            }

            last = stored;
        }

        if (last?.Entry.Sequence != set.Sequence)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"The log at {_blobs.Location} is broken: set {set.Id} was written as entry {set.Sequence}, but does "
                    + $"not stand there after the entries that were read before, from entry {runBase} on. The storage "
                    + "shows one log and then another, and this set does not count: look into who can write there, and "
                    + "run 'abf verify'."
            );
        }
    }

    /// <summary>Ends a run without a set. A run that is not open any more stays as it is.</summary>
    public Task AbortAsync(RunId run, string reason, CancellationToken cancellationToken = default) =>
        CloseAsync(LogEntryTypes.Abort, run, reason, cancellationToken);

    /// <summary>
    /// Another run takes the place of this one, which can never commit from here on. A run that is not open any more
    /// stays as it is.
    /// </summary>
    public Task EvictAsync(RunId run, string reason, CancellationToken cancellationToken = default) =>
        CloseAsync(LogEntryTypes.Evicted, run, reason, cancellationToken);

    /// <summary>Ends sets: they are forgotten, and what only they need is garbage.</summary>
    /// <param name="choose">
    /// Which, by the state as it is; asked anew whenever another writer was faster. Those that are not there are passed
    /// over.
    /// </param>
    /// <returns>The sets that this call has ended.</returns>
    public async Task<ImmutableArray<RunId>> ExpireAsync(
        Func<LogState, Task<IReadOnlyCollection<RunId>>> choose,
        CancellationToken cancellationToken = default
    )
    {
        ImmutableArray<RunId> chosen = [];
        await _writer.AppendAsync(
            async seen =>
            {
                HashSet<RunId> wanted = [.. await choose(seen.State)];
                chosen = [.. seen.State.Sets.Select(set => set.Id).Where(wanted.Contains).Take(EndedSets.MaxSets)];
                return chosen.IsEmpty ? null : _writer.Draft(seen, LogEntryTypes.Expire) with { Sets = chosen };
            },
            cancellationToken
        );
        return chosen;
    }

    /// <summary>
    /// Appends an entry that changes nothing, so that what was done elsewhere before this call has its place in the order
    /// of the log: whoever chose by the log as it was before has to choose anew, and by then sees it. Nothing is appended to
    /// a broken log, to which nobody appends anything else either.
    /// </summary>
    /// <param name="isNeeded">By the state as it is; false: nothing is appended.</param>
    /// <returns>The log with this entry, or as it is now.</returns>
    public Task<LogHead> AppendBarrierAsync(
        Func<LogState, bool> isNeeded,
        CancellationToken cancellationToken = default
    )
    {
        // A pack that nobody ever writes is given up: every program that knows 'expire' reads such an entry.
        TombstoneDraft nothing = new([PackId.Draw(ChunkClass.Metadata).BlobName], [], []);
        return _writer.AppendAsync(
            seen =>
                seen.Break is null && isNeeded(seen.State)
                    ? nothing.On(_writer.Draft(seen, LogEntryTypes.Tombstones))
                    : null,
            cancellationToken
        );
    }

    /// <summary>
    /// Appends tombstones that were computed from the state after <paramref name="computedFrom"/>, as the entry after
    /// it. Null where another entry stands there: they are to be computed anew.
    /// </summary>
    internal async Task<LogHead?> TryAppendTombstonesAsync(
        LogHead computedFrom,
        TombstoneDraft tombstones,
        CancellationToken cancellationToken
    )
    {
        bool isValid = false;
        LogHead head = await _writer.AppendAsync(
            seen =>
            {
                isValid = seen.Sequence == computedFrom.Sequence && seen.Sha256 == computedFrom.Sha256;
                return isValid ? tombstones.On(_writer.Draft(seen, LogEntryTypes.Tombstones)) : null;
            },
            cancellationToken
        );
        return isValid ? head : null;
    }

    /// <summary>The manifest of a set.</summary>
    public async Task<SetManifest> ReadManifestAsync(SetSummary set, CancellationToken cancellationToken = default)
    {
        EntryProbe probe = await _reader.RecallAsync(set.Sequence, cancellationToken);
        string name = LogNames.BlobName(set.Sequence);
        if (probe.Stored is not { } stored)
        {
            throw probe.Exists ? Damage.In(name, "it does not authenticate") : Damage.Missing(name);
        }

        return stored.Entry.Manifest is { } manifest && manifest.Id == set.Id
            ? manifest
            : throw stored.Entry.Wrong($"it is not the entry of set {set.Id}");
    }

    /// <summary>Writes entry 0. Returns false where a log begins here already.</summary>
    internal async Task<bool> InitAsync(ConfigStamp config, CancellationToken cancellationToken)
    {
        LogState state = new(config, [], [], []);
        LogHead empty = new(-1, string.Empty, 0, state, []);
        LogEntry entry = _writer.Draft(empty, LogEntryTypes.Init) with
        {
            Config = config,
            State = StateDocument.From(state),
        };
        return await _writer.TryCreateAsync(empty, entry, cancellationToken) is not null;
    }

    /// <summary>
    /// Makes another config count in the place of <paramref name="replaced"/>, on which it was built. Where it counts
    /// already, nothing happens; where yet another one does, the keys were changed meanwhile:
    /// <see cref="ErrorKind.Busy"/>.
    /// </summary>
    /// <param name="computedFrom">The head after which alone the entry is right; null: any.</param>
    internal Task<LogHead> AppendKeysAsync(
        ConfigStamp replaced,
        ConfigStamp config,
        CancellationToken cancellationToken,
        LogHead? computedFrom = null
    ) =>
        _writer.AppendAsync(
            seen =>
            {
                if (seen.State.Config == config)
                {
                    return null;
                }

                if (computedFrom is not null && seen.Sha256 != computedFrom.Sha256)
                {
                    throw new PermanentException(
                        ErrorKind.Busy,
                        $"The log was written to meanwhile: entry {seen.Sequence} is there. Try again."
                    );
                }

                return seen.State.Config == replaced && config.Number > replaced.Number
                    ? _writer.Draft(seen, LogEntryTypes.Keys) with
                    {
                        Config = config,
                    }
                    : throw new PermanentException(
                        ErrorKind.Busy,
                        $"The keys were changed meanwhile: config {seen.State.Config.Number} counts. Try again."
                    );
            },
            cancellationToken
        );

    private Task<LogHead> CloseAsync(string type, RunId run, string reason, CancellationToken cancellationToken)
    {
        string line = reason.Length <= LogEntry.MaxTextLength ? reason : reason[..LogEntry.MaxTextLength];
        return _writer.AppendAsync(
            seen =>
                seen.State.FindOpenRun(run) is null
                    ? null
                    : _writer.Draft(seen, type) with
                    {
                        Run = run,
                        Reason = line,
                    },
            cancellationToken
        );
    }
}
