using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Api.Documents;

/// <summary>Where to go on: paths on this host.</summary>
/// <param name="Status">Of the instance itself.</param>
/// <param name="Cancel">POST ends it; null where nothing can.</param>
/// <param name="Result">What it makes, there once it is done; null where the status has it all.</param>
public sealed record Links(string Status, string? Cancel, string? Result);

/// <summary>Where a flow is. Counts of the present phase; totals are 0 where they are not known.</summary>
public sealed record ProgressDocument(
    string Phase,
    string? Detail,
    long FilesDone,
    long FilesTotal,
    long BytesDone,
    long BytesTotal,
    double BytesPerSecond,
    DateTime? EstimatedEnd
);

/// <summary>A backup. Times are UTC.</summary>
/// <param name="Id">Of the run, and of the set that it commits.</param>
/// <param name="State"><c>running</c>, <c>sealed</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Progress">Null before the first phase.</param>
/// <param name="Result">Set where it is a set: <c>sealed</c>.</param>
/// <param name="Failure">Set where it failed or was cancelled.</param>
public sealed record BackupDocument(
    string Id,
    string State,
    DateTime Started,
    DateTime Updated,
    ProgressDocument? Progress,
    BackupResultDocument? Result,
    FailureDocument? Failure,
    Links Links
);

/// <summary>A verification of a set.</summary>
/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Set">Null: every set of the installation, as <c>abf verify</c> on this machine began it.</param>
public sealed record VerificationDocument(
    string Id,
    string State,
    string? Set,
    string Depth,
    bool ReadData,
    DateTime Started,
    DateTime Updated,
    ProgressDocument? Progress,
    VerificationResultDocument? Result,
    FailureDocument? Failure,
    Links Links
);

/// <summary>A restore.</summary>
/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Target">As asked for: a name beneath the host's <c>restore.directory</c>.</param>
public sealed record RestoreDocument(
    string Id,
    string State,
    string Set,
    string Target,
    bool Database,
    DateTime Started,
    DateTime Updated,
    ProgressDocument? Progress,
    RestoreResultDocument? Result,
    FailureDocument? Failure,
    Links Links
);

/// <summary>A rehearsal of a restore.</summary>
/// <param name="State"><c>running</c>, <c>done</c> (whatever it found: <c>result.passed</c>), <c>failed</c>,
/// <c>cancelled</c>.</param>
/// <param name="Roots">The directories whose files are restored; null: all of the set.</param>
public sealed record DrillDocument(
    string Id,
    string State,
    string Set,
    string[]? Roots,
    DateTime Started,
    DateTime Updated,
    ProgressDocument? Progress,
    DrillResultDocument? Result,
    FailureDocument? Failure,
    Links Links
);

/// <summary>A prune.</summary>
/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Progress">Blobs that are deleted, as <c>filesDone</c>, and their bytes.</param>
public sealed record PruneRunDocument(
    string Id,
    string State,
    bool DryRun,
    DateTime Started,
    DateTime Updated,
    ProgressDocument? Progress,
    PruneDocument? Result,
    FailureDocument? Failure,
    Links Links
);

/// <summary>A mirror to one target.</summary>
/// <param name="State"><c>running</c>, <c>done</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Target">Its place in the list <c>mirror</c> of the host's configuration, from 0 on.</param>
/// <param name="Progress">Blobs that are copied, as <c>filesDone</c>, and their bytes.</param>
public sealed record MirrorRunDocument(
    string Id,
    string State,
    int Target,
    DateTime Started,
    DateTime Updated,
    ProgressDocument? Progress,
    MirrorResultDocument? Result,
    FailureDocument? Failure,
    Links Links
);

/// <param name="Head">The newest log entry that the target has.</param>
/// <param name="UnfitBlobs">Blobs of the repository's store that are none of its own, and were not copied.</param>
public sealed record MirrorResultDocument(long CopiedBlobs, long CopiedBytes, long UnfitBlobs, HeadDocument? Head);

/// <param name="Status"><c>ok</c>: this host answers. It does not look at the storage or the database.</param>
/// <param name="Running">The link of the backup that is running; null where none is.</param>
/// <param name="LastRun">The newest backup that has ended; null where none has, as far as this host knows.</param>
/// <param name="LastSet">The newest backup that became a set; null where none did, as far as this host knows.</param>
public sealed record HealthDocument(
    string Status,
    string Version,
    string? Running,
    LastRunDocument? LastRun,
    LastSetDocument? LastSet
);

/// <summary>How the newest backup ended.</summary>
/// <param name="State"><c>sealed</c>, <c>failed</c>, <c>cancelled</c>.</param>
/// <param name="Failure">The kind of failure: one of <see cref="FailureCodes"/>; null where it became a set.</param>
public sealed record LastRunDocument(string Id, string State, DateTime Ended, string? Failure);

/// <summary>The newest set that this host knows of.</summary>
/// <param name="Findings">Something about it a person must see: <c>abf show</c> names it.</param>
public sealed record LastSetDocument(string Id, DateTime Ended, bool Consistent, bool Findings);
