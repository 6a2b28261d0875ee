using System.Collections.Immutable;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Mirroring.Records;

/// <summary>What the mirrors after a backup are told.</summary>
/// <param name="Set">The set after which they run, for messages.</param>
public sealed record MirrorInput(RunId Set);

/// <summary>What the mirrors after a backup came to.</summary>
/// <param name="CopiedBlobs">In all targets.</param>
/// <param name="CopiedBytes">Their bytes.</param>
/// <param name="Faults">Why targets do not have the set, one line each.</param>
public sealed record MirrorResult(long CopiedBlobs, long CopiedBytes, ImmutableArray<string> Faults);

/// <param name="Targets">Places in the list <c>mirror</c> of those whose turn it is.</param>
public sealed record DueMirrors(ImmutableArray<int> Targets);

/// <param name="Target">Its place in the list <c>mirror</c>.</param>
public sealed record MirrorStep(int Target)
{
    /// <summary>What <see cref="MirrorTargetInput.Url"/> says; null: whatever target is in that place.</summary>
    public string? Url { get; init; }
}

/// <summary>A mirror that is called for by a person or by the configuration.</summary>
/// <param name="Name">How faults of the target are told.</param>
/// <param name="Url">Of the target.</param>
/// <param name="ConnectionStringFile">For it; null: as the repository is opened.</param>
/// <param name="Checks">Compare by hashes what both sides have.</param>
/// <param name="Repairs">Store again what the target has lost.</param>
/// <param name="IsDryRun">Say what would be copied.</param>
public sealed record MirrorRequest(
    StoreName Name,
    string Url,
    string? ConnectionStringFile,
    bool Checks = false,
    bool Repairs = false,
    bool IsDryRun = false
)
{
    /// <summary>An entry that the source must have; null: what this machine remembers of it.</summary>
    public RememberedHead? Expected { get; init; }
}

/// <param name="IsDone">False: its time was up, and there is more.</param>
public sealed record MirroredPart(long CopiedBlobs, long CopiedBytes, bool IsDone)
{
    /// <summary>The newest log entry that the target has; null where a part did not say.</summary>
    public RememberedHead? Head { get; init; }

    /// <summary>Blobs of the source that are none of a repository's, and were not copied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long UnfitBlobs { get; init; }
}

/// <summary>A mirror to one target of the configuration that somebody asks for.</summary>
/// <param name="Target">Its place in the list <c>mirror</c>.</param>
/// <param name="Url">As the list had it, in a hash: another target may have come into its place meanwhile.</param>
public sealed record MirrorTargetInput(int Target, string Url);

/// <summary>What it came to.</summary>
/// <param name="Head">The newest log entry that the target has.</param>
public sealed record MirrorTargetResult(long CopiedBlobs, long CopiedBytes, long UnfitBlobs, RememberedHead? Head);
