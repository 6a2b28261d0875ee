using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>What a host says when it starts a backup.</summary>
/// <param name="Run">The run's id (<see cref="Repository.RunId"/>), drawn by the host; best used as the instance id too.</param>
/// <param name="AcceptContentLoss">Seal although a content store is empty or lost more than 1 % of its files since the parent set.</param>
/// <param name="Supersedes">
/// Earlier runs of this installation that the host knows to be dead, because their journal is its own: their lease is taken over at once.
/// </param>
/// <param name="RequestKey">What tells a repeated request from a new one, for the host alone; null where nobody asked over HTTP.</param>
public sealed record HotBackupInput(string Run, bool AcceptContentLoss, ImmutableArray<string> Supersedes, string? RequestKey = null)
{
    /// <summary>Dead runs whose lease a new run may take over; older ones have none any more.</summary>
    private const int MaxSuperseded = 8;

    /// <summary>The input of a new run.</summary>
    /// <param name="random">Becomes part of the run's id.</param>
    /// <param name="dead">Runs that never sealed, newest first; see <see cref="Supersedes"/>.</param>
    public static HotBackupInput Create(DateTimeOffset now, Guid random, bool acceptContentLoss, IEnumerable<string> dead, string? requestKey = null) =>
        new(RunId.Create(now, random).ToString(), acceptContentLoss, [.. dead.Take(MaxSuperseded)], requestKey);
}

/// <summary>A sealed set in numbers. <see cref="HasFindings"/> is what a person must see (exit code 3).</summary>
/// <param name="Set">Id of the set, the run's id.</param>
/// <param name="Missing">Required files that are in no listing, or of the wrong size, beyond the acknowledged ones.</param>
/// <param name="SourceMissing">Files carried over from the parent set because the source lost them.</param>
/// <param name="SourceChanged">Files carried over from the parent set because the source's content is another.</param>
/// <param name="AddedBytes">Bytes this run added to the store.</param>
public sealed record HotBackupResult(
    string Set,
    bool Consistent,
    long Missing,
    long SourceMissing,
    long SourceChanged,
    long Files,
    long Bytes,
    long AddedBytes,
    ImmutableArray<string> Warnings)
{
    public bool HasFindings => !Consistent || Missing > 0 || SourceMissing > 0 || SourceChanged > 0;
}
