namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// An index blob that the log names, that no other replaces, and that the store does not have as it was written.
/// </summary>
/// <param name="Index">As the log names it.</param>
/// <param name="IsMissing">
/// There is no such blob; otherwise it does not authenticate, or has other rows than the log says.
/// </param>
public sealed record LostChunkIndex(ChunkIndexSummary Index, bool IsMissing)
{
    /// <summary>Which blob, and what is wrong with it; a clause without a full stop.</summary>
    public override string ToString() => $"index blob '{Index.Id.BlobName}' is {(IsMissing ? "missing" : "damaged")}";

    /// <summary>For whoever reads a set all the same.</summary>
    public string Warning =>
        $"The {this}: where its chunks are was read from the directories of the packs, which takes longer. A backup "
        + "writes it anew; 'abf verify' names the sets that need it.";
}
