using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>The log as far as it was read.</summary>
/// <param name="Sequence">The newest entry that authenticates.</param>
/// <param name="Sha256">The SHA-256 of its blob, 64 lower-case hexadecimal digits.</param>
/// <param name="Next">
/// Where the next entry goes: after <paramref name="Sequence"/> and after any blob there that does not authenticate.
/// </param>
/// <param name="State">What counts after it.</param>
/// <param name="Alarms">
/// What an administrator must see, one line each: entries that do not authenticate, foreign names.
/// </param>
public sealed record LogHead(long Sequence, string Sha256, long Next, LogState State, ImmutableArray<string> Alarms)
{
    /// <summary>
    /// Where the chain does not hold, one line; null where it does. What was read is genuine, but something may be
    /// hidden, and nothing is appended. Stands in the alarms as well.
    /// </summary>
    public string? Break { get; init; }

    /// <summary>
    /// Alarms of blobs that do not authenticate, by their sequences. Whether one behind <see cref="Sequence"/> was the newest
    /// set's entry, nothing in the log can tell; one that a later entry passed over never was.
    /// </summary>
    public ImmutableSortedDictionary<long, string> Unread { get; init; } =
        ImmutableSortedDictionary<long, string>.Empty;

    public RememberedHead Remember() => new(Sequence, Sha256);
}
