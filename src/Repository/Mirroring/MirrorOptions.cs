using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>How a mirror works.</summary>
public sealed record MirrorOptions
{
    /// <summary>Blobs that both sides have in the same length are compared by their hashes as well.</summary>
    public bool Checks { get; init; }

    /// <summary>Log entries that the target once had and lacks now are stored again; otherwise that is an
    /// error.</summary>
    public bool Repairs { get; init; }

    /// <summary>Counts what would be copied, and writes nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The head that was seen in the log of the source before; null where none was.</summary>
    public RememberedHead? SourceSeen { get; init; }

    /// <summary>The head that a mirror has left in the target before; null where none is known.</summary>
    public RememberedHead? TargetSeen { get; init; }

    /// <summary>Asked before each blob but the first that is copied: whether the rest is left to another call. Null: never.</summary>
    public Func<bool>? IsTimeUp { get; init; }

    /// <summary>Told what was copied so far, from several threads.</summary>
    public Action<long, long>? OnCopied { get; init; }
}
