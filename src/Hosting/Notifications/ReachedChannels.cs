using System.Collections.Concurrent;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>Which channels were used in one moment, and what each of them did not take. Thread-safe.</summary>
internal sealed class ReachedChannels
{
    private readonly ConcurrentDictionary<string, string?> _faults = new(StringComparer.Ordinal);

    /// <param name="channel">Its name; empty: no channel at all.</param>
    /// <param name="fault">Null: it took the message. The first fault stays.</param>
    public void Add(string channel, string? fault)
    {
        if (channel.Length > 0)
        {
            _faults.AddOrUpdate(channel, fault, (_, first) => first ?? fault);
        }
    }

    public bool Failed(string channel) => _faults.GetValueOrDefault(channel) is not null;

    /// <summary>A problem of each that failed, none of each that took everything; nothing of those that had nothing to
    /// take.</summary>
    public IReadOnlyList<Observation> Seen() =>
        [
            .. _faults.Select(one => new Observation(
                $"{NotificationEvents.Channel} {one.Key}",
                NotificationEvents.Channel,
                $"{one.Key} takes no notifications",
                one.Value,
                Run: null
            )),
        ];
}
