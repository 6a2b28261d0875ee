using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>How much a finding weighs.</summary>
public enum FindingSeverity
{
    /// <summary>Worth a look; every set restores.</summary>
    Warning,

    /// <summary>Something of a set is lost or wrong.</summary>
    Error,
}

/// <param name="Set">The set that it touches; null where it is the repository as a whole.</param>
/// <param name="Line">One line for an administrator.</param>
public sealed record Finding(FindingSeverity Severity, RunId? Set, string Line);

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
        };
}
