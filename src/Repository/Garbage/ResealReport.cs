using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>What a reseal did, or would do.</summary>
/// <param name="Prune">What was written anew and deleted for it.</param>
/// <param name="Left">Old keys that the config holds still, each with what is sealed under it; in a preview, as it is now.</param>
/// <param name="Dropped">Old keys that the config holds no more.</param>
/// <param name="WaitsFor">Open runs that may seal under old keys until they end.</param>
public sealed record ResealReport(
    PruneReport Prune,
    ImmutableArray<OldKey> Left,
    ImmutableArray<OldKey> Dropped,
    ImmutableArray<RunId> WaitsFor
)
{
    /// <summary>What could not be written anew or deleted, a line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>A generation that seals nothing new.</summary>
/// <param name="Class"><c>content</c> or <c>metadata</c>.</param>
/// <param name="Blobs">Blobs in the store that are sealed under it.</param>
/// <param name="Bytes">Of these.</param>
/// <param name="Some">Names of the first few of these.</param>
public sealed record OldKey(string Class, uint Generation, long Blobs, long Bytes, ImmutableArray<string> Some);
