using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>What a host says when it starts a backup.</summary>
/// <param name="Run">The run's id, drawn by the host; best used as the instance id too.</param>
/// <param name="AcceptContentLoss">
/// Commit although a content store is empty or lost more than 1 % of its files since the parent set.
/// </param>
/// <param name="Supersedes">
/// Earlier runs of this installation that the host knows to be dead, because their journal is its own: their lease is
/// taken over at once.
/// </param>
/// <param name="RequestKey">
/// What tells a repeated request from a new one, for the host alone; null where nobody asked over HTTP.
/// </param>
/// <param name="LogSeen">
/// Sequence of an entry of the log that the host had seen before it began the run: none up to it names the run. Null: it has
/// seen none, or an older version began.
/// </param>
public sealed record HotBackupInput(
    RunId Run,
    bool AcceptContentLoss,
    ImmutableArray<RunId> Supersedes,
    string? RequestKey = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? LogSeen = null
)
{
    /// <summary>Dead runs whose lease a new run may take over; older ones have none any more.</summary>
    private const int MaxSuperseded = 8;

    /// <summary>The input of a new run.</summary>
    /// <param name="random">Becomes part of the run's id.</param>
    /// <param name="dead">Instances that have no set, newest first; see <see cref="Supersedes"/>.</param>
    public static HotBackupInput Create(
        DateTimeOffset now,
        Guid random,
        bool acceptContentLoss,
        IEnumerable<string> dead,
        string? requestKey = null,
        long? logSeen = null
    ) => new(RunId.Create(now, random), acceptContentLoss, [.. RunsOf(dead).Take(MaxSuperseded)], requestKey, logSeen);

    private static IEnumerable<RunId> RunsOf(IEnumerable<string> instances)
    {
        foreach (string instance in instances)
        {
            if (RunId.TryParse(instance, out RunId run))
            {
                yield return run;
            }
        }
    }
}

/// <summary>A committed set in numbers. <see cref="HasFindings"/> is what a person must see (exit code 3).</summary>
public sealed record HotBackupResult
{
    /// <summary>The run's id.</summary>
    public required RunId Set { get; init; }

    /// <summary>Proved to be so.</summary>
    public required bool Consistent { get; init; }

    /// <summary>Why it is not known whether the files fit the database; absent where it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Unproven { get; init; }

    /// <summary>Required files that are in no listing, or of the wrong size, beyond the acknowledged ones.</summary>
    public long Missing { get; init; }

    /// <summary>Of the missing, those that are there in another size than the database says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long WrongSizes { get; init; }

    /// <summary>Nearly every file has another size, as if the store encrypted or compressed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LooksEncoded { get; init; }

    /// <summary>Files carried over from the parent set because the source lost them.</summary>
    public long SourceMissing { get; init; }

    /// <summary>Files carried over from the parent set because the source's content is another.</summary>
    public long SourceChanged { get; init; }

    /// <summary>Why the set has no index that it should have, a sentence; null where it has it, or needs none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IndexFault { get; init; }

    public required long Files { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Bytes this run added to the store.</summary>
    public required long AddedBytes { get; init; }

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Sets that the retention after it has ended; absent where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<RunId> Forgotten { get; init; }

    /// <summary>Why the retention after it failed, which takes nothing from the set; null where it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? RetentionFault { get; init; }

    /// <summary>Why mirrors do not have the set, which takes nothing from it; null where all that were due have
    /// it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? MirrorFault { get; init; }

    /// <summary>What the numbers of missing and carried-over files do not say; null where that is nothing.</summary>
    public string? FurtherFindings()
    {
        List<string> lines = [];
        if (!Unproven.IsDefaultOrEmpty)
        {
            lines.Add($"unproven: {string.Join("; ", Unproven)}");
        }

        if (LooksEncoded)
        {
            lines.Add(Encoded(WrongSizes));
        }

        if (IndexFault is not null)
        {
            lines.Add($"no search index: {IndexFault.TrimEnd('.')}");
        }

        return lines.Count == 0 ? null : string.Join("; ", lines);
    }

    /// <summary>What to say where <see cref="LooksEncoded"/>.</summary>
    internal static string Encoded(long wrongSizes) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{wrongSizes} files have another size than the database says, nearly every one: this looks like an "
                + $"encrypting or compressing content store: set installation.content.checkSizes to false"
        );

    public bool HasFindings =>
        !Consistent || Missing > 0 || SourceMissing > 0 || SourceChanged > 0 || IndexFault is not null;
}
