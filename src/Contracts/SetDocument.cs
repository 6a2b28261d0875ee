using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>A backup set: a row of <c>abf sets --json</c> and of <c>GET /api/sets</c>. Times are UTC.</summary>
/// <param name="Consistent">Proved to be so.</param>
/// <param name="Unproven">Whether the files fit the database is not known: it requires none, or cannot say which.</param>
/// <param name="Missing">Required files that the set does not have.</param>
/// <param name="AddedBytes">What the run stored.</param>
/// <param name="Parent">The set that this one was compared with.</param>
public sealed record SetDocument(
    string Id,
    string Installation,
    DateTime Started,
    DateTime Sealed,
    bool Consistent,
    bool Unproven,
    long Missing,
    long Files,
    long Bytes,
    long AddedBytes,
    string? Parent
)
{
    public static SetDocument Of(SetSummary set) =>
        new(
            set.Id.ToString(),
            set.Installation,
            set.Started.UtcDateTime,
            set.Sealed.UtcDateTime,
            set.Consistent,
            set.Unproven,
            set.Missing,
            set.Files,
            set.Bytes,
            set.AddedBytes,
            set.Parent?.ToString()
        );
}
