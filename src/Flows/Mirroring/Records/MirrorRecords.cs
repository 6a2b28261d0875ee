using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

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
public sealed record MirrorStep(int Target);

/// <summary>A mirror that is called for by a person or by the configuration.</summary>
/// <param name="Url">Of the target.</param>
/// <param name="ConnectionStringFile">For it; null: as the repository is opened.</param>
/// <param name="Checks">Compare by hashes what both sides have.</param>
/// <param name="Repairs">Store again what the target has lost.</param>
/// <param name="IsDryRun">Say what would be copied.</param>
public sealed record MirrorRequest(
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
public sealed record MirroredPart(long CopiedBlobs, long CopiedBytes, bool IsDone);
