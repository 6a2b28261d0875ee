using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>
/// Finds the head of the log and the state after it: a listing gives a hint, from there forward while entries exist,
/// then back to the nearest state. The chain of hashes is checked over all that is read; where it breaks, reading goes
/// on with an alarm, because what authenticates is genuine all the same.
/// </summary>
/// <param name="looksAgain">
/// Behind the newest, an entry that was read here before, or on this machine, is not read again where the listing still
/// has it in its length and the entry after it names its hash.
/// </param>
internal sealed class LogWalk(IBlobStore blobs, LogReader reader, bool looksAgain = false)
{
    private readonly Dictionary<long, long> _listed = [];
    private readonly List<string> _alarms = [];
    private readonly Dictionary<long, string> _unread = [];
    private string? _break;
    private bool _sawRemembered;

    /// <summary>
    /// Reads the log anew. A log that lacks the remembered entry, or has another there, was cut or forked: a break.
    /// </summary>
    public async Task<LogHead> FromHintAsync(RememberedHead? remembered, CancellationToken cancellationToken)
    {
        StoredEntry newest =
            await FindHintAsync(cancellationToken)
            ?? throw new PermanentException(
                ErrorKind.Repository,
                $"There is no log of this repository at {blobs.Location}: it was not initialised, or its log is lost."
            );
        List<(StoredEntry Stored, bool Follows)> back = await BackToStateAsync(newest, remembered, cancellationToken);
        LogEntry first = back[^1].Stored.Entry;
        LogState state = first.State!.ToState(first);
        bool whole = true;
        for (int i = back.Count - 2; i >= 0; i--)
        {
            whole &= back[i].Follows;
            state = whole ? Follow(state, back[i].Stored.Entry) : state.ApplyBeyondBreak(back[i].Stored.Entry);
        }

        LogHead head = new(newest.Entry.Sequence, newest.Sha256, newest.Entry.Sequence + 1, state, []);
        head = await ForwardAsync(head, remembered, cancellationToken);
        if (remembered is not null && !_sawRemembered)
        {
            string how =
                remembered.Sequence > head.Sequence ? $"ends at entry {head.Sequence}" : "has no valid entry there";
            Break(Lost(remembered, how), WayOut(remembered));
        }

        return head with
        {
            Alarms = [.. _alarms],
            Break = _break,
        };
    }

    /// <summary>The log as it is now, from a head that was read before: one request where nothing was added.</summary>
    public async Task<LogHead> ForwardAsync(
        LogHead known,
        RememberedHead? remembered,
        CancellationToken cancellationToken
    )
    {
        _break ??= known.Break;
        LogHead head = known;
        while (await reader.ProbeAsync(head.Next, cancellationToken) is { Exists: true } probe)
        {
            if (probe.Stored is not { } stored)
            {
                Alarm(probe.Alarm!);
                _unread[head.Next] = probe.Alarm!;
                head = head with { Next = head.Next + 1 };
                continue;
            }

            if (stored.Entry.Previous != head.Sha256)
            {
                Break($"entry {head.Next} does not follow entry {head.Sequence}");
            }

            CheckRemembered(remembered, stored);
            LogState state = _break is null
                ? Follow(head.State, stored.Entry)
                : head.State.ApplyBeyondBreak(stored.Entry);
            head = head with { Sequence = head.Next, Sha256 = stored.Sha256, Next = head.Next + 1, State = state };
        }

        return head with
        {
            Alarms = [.. known.Alarms, .. _alarms],
            Break = _break,
            Unread = known.Unread.SetItems(_unread),
        };
    }

    /// <summary>
    /// The state after an entry. Where the entry carries the state, it is what the entries before it give.
    /// </summary>
    internal static LogState Follow(LogState state, LogEntry entry)
    {
        LogState next = state.Apply(entry);
        return entry.State is null || LogJson.Same(entry.State, StateDocument.From(next))
            ? next
            : throw entry.Wrong("the state that it carries is not what the entries before it give");
    }

    private async Task<StoredEntry?> FindHintAsync(CancellationToken cancellationToken)
    {
        StoredEntry? newest = null;
        await foreach (BlobItem item in blobs.ListAsync(LogNames.Prefix, cancellationToken))
        {
            bool isEntry = LogNames.TryParse(item.Name, out long sequence);
            if (newest is not null)
            {
                if (isEntry && !reader.HasSeen(sequence))
                {
                    break;
                }

                if (isEntry)
                {
                    _listed[sequence] = item.Length;
                }

                continue;
            }

            if (!isEntry)
            {
                string name = TreePath.Display(System.Text.Encoding.UTF8.GetBytes(item.Name));
                Alarm($"'{name}' is not the name of a log entry.");
                continue;
            }

            EntryProbe probe = await reader.ProbeAsync(sequence, cancellationToken);
            if (probe.Stored is not null)
            {
                newest = probe.Stored;
                if (!looksAgain)
                {
                    break;
                }
            }

            if (probe.Alarm is not null)
            {
                Alarm(probe.Alarm);
                _unread[sequence] = probe.Alarm;
            }
        }

        return newest;
    }

    /// <param name="sha256">What the entry after it says.</param>
    private async Task<EntryProbe> LookAsync(long sequence, string sha256, CancellationToken cancellationToken) =>
        _listed.TryGetValue(sequence, out long length)
        && reader.Recall(sequence, sha256) is { } known
        && known.Length == length
            ? new EntryProbe(true, known, null)
            : await reader.ProbeAsync(sequence, cancellationToken);

    /// <summary>
    /// The entries from the newest back to the nearest one that carries the state, each with whether it follows the one
    /// after it in the list; the chain is checked on to the remembered one where that is older.
    /// </summary>
    private async Task<List<(StoredEntry Stored, bool Follows)>> BackToStateAsync(
        StoredEntry newest,
        RememberedHead? remembered,
        CancellationToken cancellationToken
    )
    {
        List<(StoredEntry Stored, bool Follows)> entries = [(newest, true)];
        CheckRemembered(remembered, newest);
        StoredEntry current = newest;
        for (
            long sequence = newest.Entry.Sequence - 1;
            entries[^1].Stored.Entry.State is null || sequence >= remembered?.Sequence;
            sequence--
        )
        {
            EntryProbe probe =
                sequence < 0
                    ? throw newest.Entry.Wrong("no entry before it carries the state")
                    : await LookAsync(sequence, current.Entry.Previous, cancellationToken);
            if (probe.Stored is not { } stored)
            {
                Alarm(probe.Alarm ?? $"Log entry {sequence} ({LogNames.BlobName(sequence)}) is missing.");
                continue;
            }

            bool follows = current.Entry.Previous == stored.Sha256;
            if (!follows)
            {
                Break($"entry {current.Entry.Sequence} does not follow entry {sequence}");
            }

            CheckRemembered(remembered, stored);
            current = stored;
            if (entries[^1].Stored.Entry.State is null)
            {
                entries[^1] = entries[^1] with { Follows = follows };
                entries.Add((stored, true));
            }
        }

        return entries;
    }

    private void CheckRemembered(RememberedHead? remembered, StoredEntry stored)
    {
        if (remembered?.Sequence == stored.Entry.Sequence)
        {
            _sawRemembered = true;
            if (remembered.Sha256 != stored.Sha256)
            {
                Break(Lost(remembered, "has another entry there"), WayOut(remembered));
            }
        }
    }

    /// <summary>Each once: an entry may be looked at as a hint, and again on the way forward.</summary>
    private void Alarm(string line)
    {
        if (!_alarms.Contains(line))
        {
            _alarms.Add(line);
        }
    }

    private void Break(string where, string wayOut = "")
    {
        string line =
            $"The log at {blobs.Location} is broken: {where}. Sets may be hidden, and nothing is added to it. Bring "
            + $"the missing entries of log/ back (soft delete, versions, a copy){wayOut}.";
        Alarm(line);
        _break ??= line;
    }

    private static string Lost(RememberedHead remembered, string how) =>
        $"it {how}, but entry {remembered.Sequence} ({remembered.Sha256[..Math.Min(8, remembered.Sha256.Length)]}) "
        + "was seen in it before: it was cut, forked or put back from an older copy";

    private static string WayOut(RememberedHead remembered) =>
        $"; or go on with what is there: delete '{remembered.File ?? "heads/ in the state directory"}', after you have "
        + "read 'A repository from an older copy' in docs/restore.md";
}
