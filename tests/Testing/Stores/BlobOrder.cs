namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>The order in which every store lists blobs.</summary>
public static class BlobOrder
{
    /// <summary>Ascending order of the names' UTF-8 bytes.</summary>
    public static IComparer<string> OfNames { get; } = Comparer<string>.Create(Compare);

    private static int Compare(string? left, string? right)
    {
        int length = Math.Min(left!.Length, right!.Length);
        for (int i = 0; i < length; i++)
        {
            char l = left[i];
            char r = right[i];
            if (l != r)
            {
                // A surrogate stands for a character beyond U+FFFF, so it sorts after every other unit.
                bool lSurrogate = char.IsSurrogate(l);
                return lSurrogate == char.IsSurrogate(r) ? l - r
                    : lSurrogate ? 1
                    : -1;
            }
        }

        return left.Length - right.Length;
    }
}
