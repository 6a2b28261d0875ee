namespace AlfrescoBackupFlows.Flows.Backup.Records;

/// <summary>Names of result pages: an activity that runs again, or twice at once, gets the same name.</summary>
internal static class Pages
{
    public const string MergedChunkIndex = "index-blobs";

    /// <summary>There only where a full scan found that packs are lost.</summary>
    public const string LostPacks = "lost-packs";

    public static string Index(int attempt) => $"index.{attempt}";

    public static string Database(int attempt) => $"database.{attempt}";

    public static string Range(int pass, int root, int range, int step) => $"files.{pass}.{root}.{range}.{step}";

    public static string Listing(int pass, int root) => $"listing.{pass}.{root}";

    public static string Consistency(int attempt) => $"consistency.{attempt}";

    /// <summary>
    /// The pages whose rows a set needs. What a voided attempt stored is named again by the pages that found it.
    /// </summary>
    public static IEnumerable<string> Behind(MergeChunkIndexInput input)
    {
        if (input.HasIndex)
        {
            yield return Index(input.Attempt);
        }

        yield return Database(input.Attempt);
        foreach (RootPages root in input.Files)
        {
            for (int range = 0; range < root.Steps.Length; range++)
            {
                for (int step = 0; step < root.Steps[range]; step++)
                {
                    yield return Range(root.Pass, root.RootNumber, range, step);
                }
            }

            yield return Listing(root.Pass, root.RootNumber);
        }

        yield return Consistency(input.Attempt);
    }

    /// <summary>Those of them that are stored: the history keeps the others, and no row is in them.</summary>
    public static IEnumerable<string> StoredBehind(MergeChunkIndexInput input)
    {
        IEnumerable<string> steps =
            from root in input.Files
            from range in Enumerable.Range(0, root.Steps.Length)
            where range < 64 && (root.Kept >> range & 1) == 1
            select Range(root.Pass, root.RootNumber, range, step: 0);
        return Behind(input).Except(input.Kept.IsDefault ? steps : steps.Concat(input.Kept), StringComparer.Ordinal);
    }
}
