using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>Whether the live system had a file when the set was proved.</summary>
public enum LiveFile
{
    /// <summary>Nobody could look: what leads to it cannot be read.</summary>
    Unknown = 0,

    /// <summary>Not there, or not in the size that the database says.</summary>
    Missing = 1,

    /// <summary>There, as the database says it.</summary>
    Present = 2,
}

/// <summary>What the proof found about one required file.</summary>
/// <param name="Root">The root's name; empty where the URL names no file.</param>
/// <param name="Path">Beneath the root; where the URL names no file, its text or that of its row, in UTF-8.</param>
/// <param name="Reason">One of <see cref="FindingReasons"/>.</param>
/// <param name="Live">Whether the live system had it.</param>
/// <param name="Size">Bytes that the database says; null where it does not, or says what no file can have.</param>
/// <param name="Captured">Bytes that the set has of it; null where it has none.</param>
/// <param name="UrlId">
/// The id of the content URL; 0 where it has none (the old web content), or is not known.
/// </param>
/// <param name="IsAcknowledged">An administrator has accepted that it is missing.</param>
public sealed record FileFinding(
    string Root,
    byte[] Path,
    string Reason,
    LiveFile Live,
    long? Size,
    long? Captured,
    long UrlId,
    bool IsAcknowledged
)
{
    /// <summary>The set does not have the file as the database means it; else it has it from the set before.</summary>
    public bool IsMissing => Reason is not (FindingReasons.SourceMissing or FindingReasons.SourceChanged);
}

/// <summary>Why a required file is a finding.</summary>
public static class FindingReasons
{
    public const string Missing = "missing";
    public const string WrongSize = "wrong-size";
    public const string Unstable = "unstable";
    public const string SourceMissing = "source-missing";
    public const string SourceChanged = "source-changed";
    public const string InvalidUrl = "invalid-url";
    public const string InvalidSize = "invalid-size";

    /// <summary>In the order of their numbers in the format, from 1 on.</summary>
    private static readonly string[] All =
    [
        Missing,
        WrongSize,
        Unstable,
        SourceMissing,
        SourceChanged,
        InvalidUrl,
        InvalidSize,
    ];

    internal static byte NumberOf(string reason) => (byte)(Array.IndexOf(All, reason) + 1);

    internal static string? OfNumber(byte number) => number >= 1 && number <= All.Length ? All[number - 1] : null;
}
