using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>What a mirror did, or would do.</summary>
/// <param name="Repository">The id of the repository, 32 hexadecimal digits.</param>
/// <param name="Head">The newest log entry of the source that the target has, or would have, at the end.</param>
/// <param name="CopiedBlobs">Blobs that the target lacked, log entries and configs among them.</param>
/// <param name="CopiedBytes">Their bytes.</param>
/// <param name="LogEntries">How many of them are log entries.</param>
/// <param name="CheckedBlobs">Blobs that were compared by their hashes.</param>
/// <param name="ExtraBlobs">Packs and index blobs that the target alone has: the source has pruned them.</param>
/// <param name="ExtraBytes">Their bytes.</param>
/// <param name="Different">
/// Names that both sides have with other bytes, and at most <see cref="MaxNames"/> of them. They stay as they are, and
/// where there is one, the log of the target stays where it was.
/// </param>
/// <param name="DifferentBlobs">How many they are.</param>
/// <param name="UnfitBlobs">Blobs of the source that are longer than any blob may be, and log entries behind a gap: not copied.</param>
/// <param name="IsDone">False: there is more to copy, and another call goes on.</param>
public sealed record MirrorReport(
    string Repository,
    RememberedHead Head,
    long CopiedBlobs,
    long CopiedBytes,
    long LogEntries,
    long CheckedBlobs,
    long ExtraBlobs,
    long ExtraBytes,
    ImmutableArray<string> Different,
    long DifferentBlobs,
    long UnfitBlobs,
    bool IsDone
)
{
    public const int MaxNames = 100;

    /// <summary>What a person must know of <see cref="Different"/>, one line; null where there is none.</summary>
    /// <param name="target">How messages call the target.</param>
    public string? Conflict(string target) =>
        DifferentBlobs == 0
            ? null
            : $"{DifferentBlobs} blobs of {target} are not as in the source ({string.Join(", ", Different.Take(3))}"
                + $"{(DifferentBlobs > 3 ? ", ..." : string.Empty)}): nothing was overwritten, and its log stays where it "
                + "was. 'abf verify' says which side is damaged; delete these there, and run 'abf mirror' again";
}
