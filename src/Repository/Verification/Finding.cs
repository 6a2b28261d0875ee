using System.Collections.Immutable;
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
/// <param name="Sets">Sets.</param>
/// <param name="Files">Files, counted in every set.</param>
/// <param name="Bytes">Bytes of these files and of the dumps.</param>
/// <param name="Required">Required files that were looked up in the listings.</param>
/// <param name="Packs">Packs that the sets need.</param>
/// <param name="PacksRead">Packs whose every byte was read.</param>
/// <param name="BytesRead">Bytes of these packs, as stored.</param>
public sealed record VerifyTotals(long Sets, long Files, long Bytes, long Required, long Packs, long PacksRead, long BytesRead)
{
    public static readonly VerifyTotals None = new(0, 0, 0, 0, 0, 0, 0);

    public static VerifyTotals operator +(VerifyTotals left, VerifyTotals right) => Add(left, right);

    public static VerifyTotals Add(VerifyTotals left, VerifyTotals right) => new(
        left.Sets + right.Sets,
        left.Files + right.Files,
        left.Bytes + right.Bytes,
        left.Required + right.Required,
        left.Packs + right.Packs,
        left.PacksRead + right.PacksRead,
        left.BytesRead + right.BytesRead);
}
