using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>The values of <c>type</c>.</summary>
internal static class LogEntryTypes
{
    public const string Init = "init";
    public const string RunOpen = "run-open";
    public const string Set = "set";
    public const string Abort = "abort";
    public const string Evicted = "evicted";
    public const string Keys = "keys";
    public const string Expire = "expire";
    public const string Tombstones = "tombstones";
}

/// <summary>
/// An entry of the log as JSON has it: which members there are depends on the type, and <see cref="Check"/> proves it.
/// Members that are not known are ignored.
/// </summary>
internal sealed record LogEntry
{
    /// <summary>Every entry whose sequence is a multiple of this carries the state.</summary>
    public const int StateInterval = 64;

    public const int MaxTextLength = 4096;

    public required long Sequence { get; init; }

    /// <summary>SHA-256 of the blob of the entry before it, 64 hexadecimal digits; empty for the first.</summary>
    public required string Previous { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfigStamp? Config { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunId? Run { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Installation { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Base { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SetManifest? Manifest { get; init; }

    /// <summary>Sets that an <c>expire</c> entry ends.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<RunId> Sets { get; init; }

    /// <summary>Names of blobs that a <c>tombstones</c> entry gives up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Names { get; init; }

    /// <summary>Index blobs of a <c>tombstones</c> entry, in the place of those that they replace.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ChunkIndexBlob> Indexes { get; init; }

    /// <summary>Names of blobs that were given up and do not exist any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Gone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StateDocument? State { get; init; }

    /// <summary>Of a <c>run-open</c> entry.</summary>
    public RunOpened ToOpenedRun() => new(Run!.Value, Installation!, Base!.Value, Sequence, Time);

    public static bool CarriesState(long sequence) => sequence % StateInterval == 0;

    public PermanentException Wrong(string why) => Damage.In(LogNames.BlobName(Sequence), why);

    /// <summary>
    /// Proves that the entry has what its type needs, and that it stands where it says. Anything else is damage.
    /// </summary>
    public LogEntry Check(long sequence)
    {
        if (Sequence != sequence)
        {
            throw Damage.In(LogNames.BlobName(sequence), $"it says that its sequence is {Sequence}");
        }

        bool complete = Type switch
        {
            LogEntryTypes.Init => sequence == 0 && Config is not null,
            LogEntryTypes.RunOpen => Run is not null
                && Installation is { Length: > 0 and <= MaxTextLength }
                && Base is { } seen
                && seen >= 0
                && seen < sequence,
            LogEntryTypes.Set => Run is not null && Manifest?.Id == Run,
            LogEntryTypes.Abort or LogEntryTypes.Evicted => Run is not null && Reason is { Length: <= MaxTextLength },
            LogEntryTypes.Keys => Config is not null,
            LogEntryTypes.Expire => EndedSets.IsComplete(this),
            LogEntryTypes.Tombstones => TombstoneRules.IsComplete(this),
            _ => throw new PermanentException(
                ErrorKind.Repository,
                $"Entry {sequence} of the repository's log is of type '{Type}', which this version does not know: "
                    + "what it does not understand might take a set away. Use a newer version of abf."
            ),
        };
        if (!complete || (sequence == 0) != (Type == LogEntryTypes.Init) || !IsHash(Previous, empty: sequence == 0))
        {
            throw Wrong($"an entry of type '{Type}' lacks a member, or has an impossible one");
        }

        if (Config is not null && (Config.Number < 1 || !IsHash(Config.Sha256, empty: false)))
        {
            throw Wrong("it names an impossible config");
        }

        if (CarriesState(sequence) != (State is not null))
        {
            throw Wrong($"the state stands in every {StateInterval}th entry and in no other");
        }

        return Manifest is not null && ManifestRules.Violation(Manifest) is { } violation
            ? throw Wrong(violation)
            : this;
    }

    private static bool IsHash(string text, bool empty) =>
        empty ? text.Length == 0 : text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
