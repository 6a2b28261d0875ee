using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>How far a prune goes.</summary>
/// <param name="MaxUnused">The part of the stored bytes that may be unused afterwards; 0 to 1.</param>
/// <param name="MaxRepack">Bytes that are read and written anew at most; null: as many as it takes.</param>
public sealed record PruneOptions(double MaxUnused, long? MaxRepack = null)
{
    public static readonly PruneOptions Usual = new(0.05);

    /// <summary>
    /// What is sealed under keys of content and metadata of an older generation than this one is written anew, however
    /// much of it is needed.
    /// </summary>
    internal uint ResealsBelow { get; init; }

    /// <summary>
    /// What the sets need is protected for so long, where the store has dates of protection; null: dates stay.
    /// </summary>
    public TimeSpan? ProtectFor { get; init; }

    /// <summary>
    /// Bytes that are written anew before the log says so: a prune that is killed does at most as much again.
    /// </summary>
    public long RewriteAtOnce { get; init; } = 32L << 30;
}

/// <summary>What a prune did, or would do.</summary>
/// <param name="FreedBytes">Of blobs that were deleted.</param>
/// <param name="RepackedBytes">Of packs that were written anew, with what is needed of others.</param>
/// <param name="DeletedBlobs">Packs, index blobs, pages, receipts, configs.</param>
/// <param name="LaterBlobs">The store keeps them until a date; a later prune deletes them.</param>
/// <param name="LaterBytes">Of these.</param>
/// <param name="LaterFrom">The earliest such date, by the store's clock; null where it does not say.</param>
/// <param name="StoredBytes">Of the packs that are kept.</param>
/// <param name="UnusedBytes">About as many of these hold nothing that a set needs.</param>
public sealed record PruneReport(
    long FreedBytes,
    long RepackedBytes,
    long DeletedBlobs,
    long LaterBlobs,
    long LaterBytes,
    DateTimeOffset? LaterFrom,
    long StoredBytes,
    long UnusedBytes
)
{
    /// <summary>Blobs whose protection was extended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ExtendedBlobs { get; init; }

    /// <summary>What could not be written anew or protected, a line each; null where there is nothing of the kind.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    public static readonly PruneReport Nothing = new(0, 0, 0, 0, 0, null, 0, 0);

    /// <summary>With what a further part came to, which has tried again what the store kept.</summary>
    public PruneReport Then(PruneReport next) =>
        next with
        {
            FreedBytes = FreedBytes + next.FreedBytes,
            RepackedBytes = RepackedBytes + next.RepackedBytes,
            DeletedBlobs = DeletedBlobs + next.DeletedBlobs,
        };
}
