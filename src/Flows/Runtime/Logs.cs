using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Every log line of the flows and their activities.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Warning, "Run {Run} could not be closed: {Reason}")]
    public static partial void CloseFailed(ILogger logger, string run, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The lease of run {Run} could not be renewed: {Reason}")]
    public static partial void LeaseNotRenewed(ILogger logger, string run, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Run {Run} takes the place of {Evicted}, which can no longer seal")]
    public static partial void RunEvicted(ILogger logger, string run, string evicted);

    [LoggerMessage(4, LogLevel.Warning, "{Alarm}")]
    public static partial void LogAlarm(ILogger logger, string alarm);

    [LoggerMessage(5, LogLevel.Warning, "The head of the repository's log could not be remembered: {Reason}")]
    public static partial void HeadNotRemembered(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The repository's config: {What}")]
    public static partial void ConfigHealed(ILogger logger, string what);

    [LoggerMessage(7, LogLevel.Warning, "Not seen any more: {Alarm}")]
    public static partial void LogAlarmOver(ILogger logger, string alarm);

    // How a run ended, one of the four per run. Alerts go by these names: infra/modules/alerts.bicep.
    [LoggerMessage(
        20,
        LogLevel.Information,
        "Set {Set} is sealed: {Files} files, {Bytes} bytes, {AddedBytes} of them added to the store"
    )]
    public static partial void SetCommitted(ILogger logger, string set, long files, long bytes, long addedBytes);

    [LoggerMessage(
        21,
        LogLevel.Warning,
        "Set {Set} is sealed with findings: {Missing} required files missing, {SourceMissing} gone and "
            + "{SourceChanged} changed at the source{Further}"
    )]
    public static partial void SetCommittedWithFindings(
        ILogger logger,
        string set,
        long missing,
        long sourceMissing,
        long sourceChanged,
        string further
    );

    [LoggerMessage(22, LogLevel.Error, "Run {Run} failed ({Kind}): {Reason}")]
    public static partial void RunFailed(ILogger logger, string run, ErrorKind kind, string reason);

    [LoggerMessage(23, LogLevel.Warning, "Run {Run} was cancelled")]
    public static partial void RunCancelled(ILogger logger, string run);

    [LoggerMessage(24, LogLevel.Warning, "{Set}: nothing keeps it from being forgotten while it is read ({Reason})")]
    public static partial void NotHeld(ILogger logger, string set, string reason);

    [LoggerMessage(25, LogLevel.Information, "Sets that the retention has forgotten: {Sets}")]
    public static partial void SetsForgotten(ILogger logger, string sets);

    [LoggerMessage(
        26,
        LogLevel.Information,
        "Pruned: {FreedBytes} bytes freed, {RepackedBytes} written anew, {UnusedBytes} unused, {LaterBlobs} blobs kept by the store"
    )]
    public static partial void Pruned(
        ILogger logger,
        long freedBytes,
        long repackedBytes,
        long unusedBytes,
        long laterBlobs
    );

    [LoggerMessage(27, LogLevel.Error, "Set {Set} is sealed, but the retention after it failed ({Kind}): {Reason}")]
    public static partial void RetentionFailed(ILogger logger, string set, ErrorKind kind, string reason);

    [LoggerMessage(
        28,
        LogLevel.Information,
        "Mirrored to {Target}: {CopiedBlobs} blobs, {CopiedBytes} bytes; its log ends at entry {Sequence}"
    )]
    public static partial void Mirrored(
        ILogger logger,
        string target,
        long copiedBlobs,
        long copiedBytes,
        long sequence
    );

    [LoggerMessage(29, LogLevel.Error, "Set {Set} is sealed, but mirrors do not have it: {Reason}")]
    public static partial void MirrorFailed(ILogger logger, string set, string reason);

    [LoggerMessage(30, LogLevel.Warning, "Prune: {Warning}")]
    public static partial void PruneWarned(ILogger logger, string warning);

    [LoggerMessage(
        40,
        LogLevel.Information,
        "Repaired: {BadPacks} bad packs, {LostIndexes} lost index blobs, {StoredChunks} chunks stored again; {LostChunks} chunks and {LostFiles} files are lost"
    )]
    public static partial void Repaired(
        ILogger logger,
        int badPacks,
        int lostIndexes,
        long storedChunks,
        long lostChunks,
        long lostFiles
    );

    [LoggerMessage(31, LogLevel.Warning, "A check of sets is not recorded beside them: {Reason}")]
    public static partial void CheckNotRecorded(ILogger logger, string reason);

    [LoggerMessage(32, LogLevel.Warning, "Drill: {Warning}")]
    public static partial void DrillNotCleaned(ILogger logger, string warning);

    [LoggerMessage(33, LogLevel.Information, "The drill of set {Set} passed in {Seconds} s")]
    public static partial void DrillPassed(ILogger logger, string set, double seconds);

    [LoggerMessage(34, LogLevel.Error, "The drill of set {Set} failed with {Errors} findings: {Findings}")]
    public static partial void DrillFailed(ILogger logger, string set, long errors, string findings);

    [LoggerMessage(41, LogLevel.Warning, "Run {Run} goes on without a search index: {Reason}")]
    public static partial void NoIndex(ILogger logger, string run, string reason);

    [LoggerMessage(
        48,
        LogLevel.Warning,
        "Small index blobs were not put together, the next backup tries again: {Reason}"
    )]
    public static partial void IndexNotCompacted(ILogger logger, string reason);
}
