using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Flows;

/// <summary>What a host says when it starts a backup.</summary>
/// <param name="Run">The run's id (<see cref="Repository.RunId"/>), drawn by the host; best used as the instance id too.</param>
/// <param name="AcceptContentLoss">Seal although a content store is empty or lost more than 1 % of its files since the parent set.</param>
/// <param name="Supersedes">
/// Earlier runs of this installation that the host knows to be dead, because their journal is its own: their lease is taken over at once.
/// </param>
public sealed record HotBackupInput(string Run, bool AcceptContentLoss, ImmutableArray<string> Supersedes);

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

/// <summary>The custom status of a backup: small, replaced as a whole, readable while the flow runs.</summary>
/// <param name="Phase"><c>open</c>, <c>check</c>, <c>seeding</c>, <c>index-window</c>, <c>index</c>, <c>database</c>, <c>files</c>, <c>consistency</c>, <c>seal</c>, <c>close</c>.</param>
/// <param name="PhaseStarted">By the flow's clock.</param>
/// <param name="Detail">What is waited for, or which content store is read.</param>
/// <param name="FilesTotal">Expected from the parent set; 0 where unknown.</param>
/// <param name="BytesTotal">Expected from the parent set; 0 where unknown.</param>
/// <param name="BytesPerSecond">Since the phase began; 0 where unknown.</param>
/// <param name="EstimatedEnd">Null where unknown.</param>
public sealed record BackupStatus(
    string Phase,
    DateTimeOffset PhaseStarted,
    string? Detail,
    long FilesDone,
    long FilesTotal,
    long BytesDone,
    long BytesTotal,
    double BytesPerSecond,
    DateTimeOffset? EstimatedEnd);
