using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Contracts;

/// <summary>A backup set: a row of <c>abf sets --json</c> and of <c>GET /api/sets</c>. Times are UTC. Its members
/// come before those that <see cref="SetDetailDocument"/> adds, which JSON would write first.</summary>
/// <param name="Consistent">Proved to be so.</param>
/// <param name="Unproven">Whether the files fit the database is not known: it requires none, or cannot say which.</param>
/// <param name="Missing">Required files that the set does not have.</param>
/// <param name="AddedBytes">What the run stored.</param>
/// <param name="Parent">The set that this one was compared with.</param>
public record SetDocument(
    [property: JsonPropertyOrder(-1)] string Id,
    [property: JsonPropertyOrder(-1)] string Installation,
    [property: JsonPropertyOrder(-1)] DateTime Started,
    [property: JsonPropertyOrder(-1)] DateTime Sealed,
    [property: JsonPropertyOrder(-1)] bool Consistent,
    [property: JsonPropertyOrder(-1)] bool Unproven,
    [property: JsonPropertyOrder(-1)] long Missing,
    [property: JsonPropertyOrder(-1)] long Files,
    [property: JsonPropertyOrder(-1)] long Bytes,
    [property: JsonPropertyOrder(-1)] long AddedBytes,
    [property: JsonPropertyOrder(-1)] string? Parent
)
{
    /// <summary>It was imported from an exported file.</summary>
    [JsonPropertyOrder(-1)]
    public bool Imported { get; init; }

    /// <summary>The newest verification, or one that failed and that no other one as deep has cleared; null: none is
    /// recorded.</summary>
    [JsonPropertyOrder(-1)]
    public SetCheckDocument? LastVerification { get; init; }

    /// <summary>The newest rehearsal of a restore; null: none is recorded.</summary>
    [JsonPropertyOrder(-1)]
    public SetCheckDocument? LastDrill { get; init; }

    /// <param name="checks">What checked sets last.</param>
    public static SetDocument Of(SetSummary set, SetCheckTable checks) =>
        new(
            Id: set.Id.ToString(),
            Installation: set.Installation,
            Started: set.Started.UtcDateTime,
            Sealed: set.Sealed.UtcDateTime,
            Consistent: set.Consistent,
            Unproven: set.Unproven,
            Missing: set.Missing,
            Files: set.Files,
            Bytes: set.Bytes,
            AddedBytes: set.AddedBytes,
            Parent: set.Parent?.ToString()
        )
        {
            Imported = set.Imported,
            LastVerification = SetCheckDocument.Of(checks.FindLast(set.Id, SetCheckKinds.Verify)),
            LastDrill = SetCheckDocument.Of(checks.FindLast(set.Id, SetCheckKinds.Drill)),
        };
}
