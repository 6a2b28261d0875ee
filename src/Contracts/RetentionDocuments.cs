using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Contracts;

/// <summary><c>forget --json</c>: every set of the installation, in the order of the log.</summary>
public sealed record ForgetDocument(KeptSetDocument[] Kept, ForgottenSetDocument[] Forgotten);

/// <param name="Reasons">
/// <c>last</c>, <c>within</c>, <c>daily</c>, <c>weekly</c>, <c>monthly</c>, <c>yearly</c>, <c>pinned</c>,
/// <c>newest-consistent</c>, <c>in-use</c>, <c>imported</c>, <c>not-named</c>.
/// </param>
public sealed record KeptSetDocument(string Id, string[] Reasons);

public sealed record ForgottenSetDocument(string Id);

/// <summary><c>prune --json</c>.</summary>
/// <param name="FreedBytes">Of blobs that were deleted.</param>
/// <param name="RepackedBytes">Of new packs, with what is needed of others.</param>
/// <param name="LaterBlobs">The store keeps them until a date; a later prune deletes them.</param>
/// <param name="LaterFrom">The earliest such date; absent where the store does not say.</param>
/// <param name="StoredBytes">Of the packs that are kept.</param>
/// <param name="UnusedBytes">About as many of these hold nothing that a set needs.</param>
public sealed record PruneDocument(
    long FreedBytes,
    long RepackedBytes,
    long DeletedBlobs,
    long LaterBlobs,
    long LaterBytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? LaterFrom,
    long StoredBytes,
    long UnusedBytes,
    bool DryRun
)
{
    /// <summary>What could not be written anew, a line each.</summary>
    public string[] Warnings { get; init; } = [];
}

/// <summary><c>pin --json</c> and <c>unpin --json</c>.</summary>
/// <param name="Outcome"><c>pinned</c>, <c>unpinned</c> or <c>was not pinned</c>.</param>
public sealed record PinDocument(string Id, string Outcome);

/// <summary><c>stats --json</c>.</summary>
/// <param name="Sets">Newest first.</param>
/// <param name="Bytes">Of all these sets, as if each were restored.</param>
/// <param name="StoredBytes">Of the repository's packs, whichever installation's.</param>
/// <param name="UnusedBytes">About as many of these hold nothing that a set needs.</param>
/// <param name="Head">Of the log, as it was read.</param>
/// <param name="Growth">Absent where there are not two sets, or their clocks say no time between them.</param>
public sealed record StatsDocument(
    SetStatsDocument[] Sets,
    long Files,
    long Bytes,
    long AddedBytes,
    long Packs,
    long StoredBytes,
    long UnusedBytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] GrowthDocument? Growth,
    HeadDocument Head,
    ForecastDocument[] Forecast
);

/// <param name="UniqueBytes">About as many would be free without this set.</param>
public sealed record SetStatsDocument(
    string Id,
    string Installation,
    DateTime Sealed,
    long Files,
    long Bytes,
    long AddedBytes,
    long UniqueBytes
);

/// <param name="PerDay">Bytes that the sets after the first have added, on the average.</param>
/// <param name="Months">What the sets of each month have added, in the installation's time zone.</param>
public sealed record GrowthDocument(long PerDay, long PerMonth, MonthDocument[] Months);

/// <param name="Month"><c>2026-11</c>.</param>
public sealed record MonthDocument(string Month, long AddedBytes);

/// <summary>What the repository will be, if it grows on like this and nothing is forgotten.</summary>
/// <param name="Days">From now on; 0: now.</param>
/// <param name="Cost">Of a month, by <c>retention.pricePerGb</c>; absent where that is not set.</param>
public sealed record ForecastDocument(
    int Days,
    long Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Cost
);
