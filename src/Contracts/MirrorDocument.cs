namespace AlfrescoBackupFlows.Contracts;

/// <summary><c>mirror --json</c>.</summary>
/// <param name="Repository">Its id, 32 hexadecimal digits.</param>
/// <param name="Source">Where it is, without any secret.</param>
/// <param name="Target">Where the copy is, without any secret.</param>
/// <param name="Head">The newest log entry that the target has, or would have.</param>
/// <param name="CopiedBlobs">What the target lacked, log entries and configs among them.</param>
/// <param name="CopiedBytes">Their bytes.</param>
/// <param name="LogEntries">How many of them are log entries.</param>
/// <param name="CheckedBlobs">Blobs that were compared by their hashes.</param>
/// <param name="ExtraBlobs">What the target alone has, because the source was pruned.</param>
/// <param name="ExtraBytes">Their bytes.</param>
/// <param name="DifferentBlobs">Names that both have with other bytes: then the log of the target stays where it
/// was.</param>
/// <param name="Different">The first 100 of these names.</param>
/// <param name="UnfitBlobs">Blobs of the source that are longer than any blob may be, and log entries behind a gap: not copied.</param>
/// <param name="DryRun">Nothing was written.</param>
public sealed record MirrorDocument(
    string Repository,
    string Source,
    string Target,
    HeadDocument Head,
    long CopiedBlobs,
    long CopiedBytes,
    long LogEntries,
    long CheckedBlobs,
    long ExtraBlobs,
    long ExtraBytes,
    long DifferentBlobs,
    string[] Different,
    long UnfitBlobs,
    bool DryRun
);
