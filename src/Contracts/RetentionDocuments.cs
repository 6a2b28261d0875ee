using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Contracts;

/// <summary><c>forget --json</c>: every set of the installation, in the order of the log.</summary>
public sealed record ForgetDocument(KeptSetDocument[] Kept, ForgottenSetDocument[] Forgotten)
{
    public static ForgetDocument Of(ForgetResult result) =>
        new(
            [
                .. result
                    .Verdicts.Where(verdict => verdict.IsKept)
                    .Select(verdict => new KeptSetDocument(verdict.Set.Id.ToString(), [.. verdict.Reasons])),
            ],
            [.. result.Forgotten.Select(set => new ForgottenSetDocument(set.ToString()))]
        );
}

/// <summary><c>forget --prune --json</c>: the same, and what the prune did.</summary>
public sealed record ForgetPruneDocument(KeptSetDocument[] Kept, ForgottenSetDocument[] Forgotten, PruneDocument Prune);

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

    public static PruneDocument Of(PruneReport report, bool dryRun) =>
        new(
            report.FreedBytes,
            report.RepackedBytes,
            report.DeletedBlobs,
            report.LaterBlobs,
            report.LaterBytes,
            report.LaterFrom?.UtcDateTime,
            report.StoredBytes,
            report.UnusedBytes,
            dryRun
        )
        {
            Warnings = [.. report.Warnings ?? []],
        };
}

/// <summary><c>pin --json</c> and <c>unpin --json</c>.</summary>
/// <param name="Outcome"><c>pinned</c>, <c>unpinned</c> or <c>was not pinned</c>.</param>
public sealed record PinDocument(string Id, string Outcome);
