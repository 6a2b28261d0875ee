using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Finds the head of the log and the state after it: a listing gives a hint, from there forward while entries exist, then back to the nearest
/// state. The chain of hashes is checked over all that is read.
/// </summary>
internal sealed class LogWalk(IBlobStore blobs, LogReader reader)
{
    private readonly List<string> _alarms = [];
    private bool _sawRemembered;

    /// <summary>Reads the log anew. A log that lacks the remembered entry, or has another there, was cut or forked: damage.</summary>
    public async Task<LogHead> FromHintAsync(RememberedHead? remembered, CancellationToken cancellationToken)
    {
        StoredEntry newest = await FindHintAsync(cancellationToken)
            ?? throw new PermanentException(ErrorKind.Repository, $"There is no log of this repository at {blobs.Location}: it was not initialised, or its log is lost.");
        List<StoredEntry> back = await BackToStateAsync(newest, remembered, cancellationToken);
        StoredEntry first = back[^1];
        LogState state = first.Entry.State!.ToState(first.Entry);
        for (int i = back.Count - 2; i >= 0; i--)
        {
            state = Follow(state, back[i].Entry);
        }

        LogHead head = new(newest.Entry.Sequence, newest.Sha256, newest.Entry.Sequence + 1, state, []);
        head = await ForwardAsync(head, remembered, cancellationToken);
        return remembered is null || _sawRemembered ? head
            : throw Lost(remembered, remembered.Sequence > head.Sequence ? $"ends at entry {head.Sequence}" : "has no valid entry there");
    }

    /// <summary>The log as it is now, from a head that was read before: one request where nothing was added.</summary>
    public async Task<LogHead> ForwardAsync(LogHead known, RememberedHead? remembered, CancellationToken cancellationToken)
    {
        LogHead head = known;
        while (await reader.ProbeAsync(head.Next, cancellationToken) is { Exists: true } probe)
        {
            if (probe.Stored is not { } stored)
            {
                _alarms.Add(probe.Alarm!);
                head = head with { Next = head.Next + 1 };
                continue;
            }

            if (stored.Entry.Previous != head.Sha256)
            {
                throw stored.Entry.Wrong($"it does not follow entry {head.Sequence}");
            }

            CheckRemembered(remembered, stored);
            head = head with { Sequence = head.Next, Sha256 = stored.Sha256, Next = head.Next + 1, State = Follow(head.State, stored.Entry) };
        }

        return head with { Alarms = [.. known.Alarms, .. _alarms] };
    }

    /// <summary>The state after an entry. Where the entry carries the state, it is what the entries before it give.</summary>
    internal static LogState Follow(LogState state, LogEntry entry)
    {
        LogState next = state.Apply(entry);
        return entry.State is null || LogJson.Same(entry.State, StateDocument.From(next))
            ? next
            : throw entry.Wrong("the state that it carries is not what the entries before it give");
    }

    private async Task<StoredEntry?> FindHintAsync(CancellationToken cancellationToken)
    {
        await foreach (BlobItem item in blobs.ListAsync(LogNames.Prefix, cancellationToken))
        {
            if (!LogNames.TryParse(item.Name, out long sequence))
            {
                _alarms.Add($"'{PathText.Format(System.Text.Encoding.UTF8.GetBytes(item.Name))}' is not the name of a log entry.");
                continue;
            }

            EntryProbe probe = await reader.ProbeAsync(sequence, cancellationToken);
            if (probe.Stored is not null)
            {
                return probe.Stored;
            }

            if (probe.Alarm is not null)
            {
                _alarms.Add(probe.Alarm);
            }
        }

        return null;
    }

    /// <summary>The entries from the newest back to the nearest one that carries the state; the chain is checked on to the remembered one where that is older.</summary>
    private async Task<List<StoredEntry>> BackToStateAsync(StoredEntry newest, RememberedHead? remembered, CancellationToken cancellationToken)
    {
        List<StoredEntry> entries = [newest];
        CheckRemembered(remembered, newest);
        StoredEntry current = newest;
        for (long sequence = newest.Entry.Sequence - 1; entries[^1].Entry.State is null || sequence >= remembered?.Sequence; sequence--)
        {
            EntryProbe probe = sequence < 0
                ? throw newest.Entry.Wrong("no entry before it carries the state")
                : await reader.ProbeAsync(sequence, cancellationToken);
            if (!probe.Exists)
            {
                throw Damage.Missing(LogNames.BlobName(sequence));
            }

            if (probe.Stored is not { } stored)
            {
                _alarms.Add(probe.Alarm!);
                continue;
            }

            if (current.Entry.Previous != stored.Sha256)
            {
                throw current.Entry.Wrong($"it does not follow entry {sequence}");
            }

            CheckRemembered(remembered, stored);
            current = stored;
            if (entries[^1].Entry.State is null)
            {
                entries.Add(stored);
            }
        }

        return entries;
    }

    private void CheckRemembered(RememberedHead? remembered, StoredEntry stored)
    {
        if (remembered?.Sequence == stored.Entry.Sequence)
        {
            _sawRemembered = remembered.Sha256 == stored.Sha256 ? true : throw Lost(remembered, "has another entry there: it was forked or put back from a copy");
        }
    }

    private PermanentException Lost(RememberedHead remembered, string how) =>
        new(
            ErrorKind.Repository,
            $"The log at {blobs.Location} {how}, but entry {remembered.Sequence} ({remembered.Sha256[..Math.Min(8, remembered.Sha256.Length)]}) was seen in it before. "
            + "Somebody cut, forked or replaced it: bring the missing entries back, or remove the remembered head to accept what is there.");
}
