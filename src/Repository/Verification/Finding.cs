using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>How much a finding weighs.</summary>
public enum FindingSeverity
{
    /// <summary>Worth a look; every set restores.</summary>
    Warning,

    /// <summary>Something of a set is lost or wrong.</summary>
    Error,

    /// <summary>Something of the live installation is lost or wrong; every set restores.</summary>
    Alarm,
}

/// <param name="Set">The set that it touches; null where it is the repository as a whole.</param>
/// <param name="Line">One line for an administrator.</param>
public sealed record Finding(FindingSeverity Severity, RunId? Set, string Line)
{
    /// <summary>The root of the file that it touches; null: none, or many.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Root { get; init; }

    /// <summary>The file beneath it, as <see cref="Platform.Files.TreePath.Display"/> writes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Path { get; init; }

    /// <summary>The blob in which it lies, relative to the repository; null: none, or it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Blob { get; init; }
}

/// <summary>What was looked at.</summary>
public sealed record VerifyTotals
{
    public static readonly VerifyTotals None = new();

    public long Sets { get; init; }

    /// <summary>Files, counted in every set.</summary>
    public long Files { get; init; }

    /// <summary>Bytes of these files and of the dumps.</summary>
    public long Bytes { get; init; }

    /// <summary>Required files that were looked up in the listings.</summary>
    public long Required { get; init; }

    /// <summary>Files that do not restore, counted in every set.</summary>
    public long Lost { get; init; }

    /// <summary>Bytes of these files.</summary>
    public long LostBytes { get; init; }

    /// <summary>Packs that the sets need.</summary>
    public long Packs { get; init; }

    /// <summary>Packs in the store that no set needs; 0 where not every set was looked at.</summary>
    public long UnneededPacks { get; init; }

    /// <summary>Bytes of these packs, as stored.</summary>
    public long UnneededBytes { get; init; }

    /// <summary>Packs whose every byte was read.</summary>
    public long PacksRead { get; init; }

    /// <summary>Bytes of these packs, as stored.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of the packs that the sets need, as stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long PackBytes { get; init; }

    /// <summary>Files that were compared with those of the live installation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Compared { get; init; }

    /// <summary>Bytes of these files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ComparedBytes { get; init; }

    /// <summary>Of these, the ones whose bytes are others now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Changed { get; init; }

    /// <summary>Files that the live installation does not have any more although its database requires them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Gone { get; init; }

    /// <summary>Files that it does not have any more and that nobody requires.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CleanedUp { get; init; }

    public static VerifyTotals operator +(VerifyTotals left, VerifyTotals right) => Add(left, right);

    public static VerifyTotals Add(VerifyTotals left, VerifyTotals right) =>
        new()
        {
            Sets = left.Sets + right.Sets,
            Files = left.Files + right.Files,
            Bytes = left.Bytes + right.Bytes,
            Required = left.Required + right.Required,
            Lost = left.Lost + right.Lost,
            LostBytes = left.LostBytes + right.LostBytes,
            Packs = left.Packs + right.Packs,
            UnneededPacks = left.UnneededPacks + right.UnneededPacks,
            UnneededBytes = left.UnneededBytes + right.UnneededBytes,
            PacksRead = left.PacksRead + right.PacksRead,
            BytesRead = left.BytesRead + right.BytesRead,
            PackBytes = left.PackBytes + right.PackBytes,
            Compared = left.Compared + right.Compared,
            ComparedBytes = left.ComparedBytes + right.ComparedBytes,
            Changed = left.Changed + right.Changed,
            Gone = left.Gone + right.Gone,
            CleanedUp = left.CleanedUp + right.CleanedUp,
        };
}
