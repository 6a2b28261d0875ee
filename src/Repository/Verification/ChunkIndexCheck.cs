using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>Which sets need the index blobs that are lost.</summary>
internal sealed class ChunkIndexCheck(ChunkIndex index)
{
    private const int MaxNamed = 20;

    private readonly Dictionary<RunId, SetSummary> _leaning = [];

    /// <summary>A set that was looked at.</summary>
    public void Note(SetSummary set, bool leansOnLostIndexes)
    {
        if (leansOnLostIndexes)
        {
            _leaning.TryAdd(set.Id, set);
        }
    }

    /// <summary>
    /// A finding for each lost blob: a warning where other sets alone may lean on it. Which of several a set needs
    /// cannot be told, but none that a later entry named.
    /// </summary>
    /// <param name="ofEverySet">Every set of the log was looked at.</param>
    public void Report(Findings findings, bool ofEverySet)
    {
        foreach (LostChunkIndex lost in index.Lost)
        {
            RunId[] sets =
            [
                .. _leaning
                    .Values.Where(set => set.Sequence >= lost.Index.Sequence)
                    .OrderBy(set => set.Sequence)
                    .Select(set => set.Id),
            ];
            string other = index.Lost.Length > 1 ? ", or on another that is lost" : string.Empty;
            string more = sets.Length > MaxNamed ? ", ..." : string.Empty;
            string who =
                sets.Length == 0
                    ? "none of the sets that were looked at leans on it"
                    : $"these sets lean on it{other}: {string.Join(", ", sets.Take(MaxNamed))}{more}";
            string line =
                $"The {lost}; {who}. Where its chunks are was read from the directories of the packs; "
                + "a backup writes it anew.";
            if (sets.Length > 0 || ofEverySet)
            {
                findings.Error(null, line, lost.Index.Id.BlobName);
            }
            else
            {
                findings.Warning(null, line, lost.Index.Id.BlobName);
            }
        }
    }
}
