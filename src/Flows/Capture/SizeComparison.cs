namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Sizes of files beside what the database says. A store that encrypts or compresses changes the length of every file
/// that has content, and leaves none empty: that looks otherwise than files that were damaged.
/// </summary>
internal sealed class SizeComparison
{
    /// <summary>Fewer show no rule.</summary>
    public const int MinFiles = 3;

    /// <summary>Of the files compared that must have another size, and of these that must fit.</summary>
    private const double NearlyAll = 0.9;

    /// <summary>What encryption adds at most to a file: a header, padding, and tags that grow with its length.</summary>
    private const long MaxHeader = 64 * 1024;
    private const int MaxGrowthShare = 16;

    private long _compared;
    private long _fitting;

    /// <summary>Files of another size than the database says.</summary>
    public long Wrong { get; private set; }

    /// <summary>Nearly every file has another size, of a kind that encryption or compression makes.</summary>
    public bool LooksEncoded => Wrong >= MinFiles && Wrong >= _compared * NearlyAll && _fitting >= Wrong * NearlyAll;

    /// <returns>Whether the sizes are equal.</returns>
    public bool AddAndCompare(long said, long found)
    {
        // An empty file stays empty in some of these stores.
        _compared += said == 0 && found == 0 ? 0 : 1;
        if (said == found)
        {
            return true;
        }

        Wrong++;
        _fitting += found > 0 && found - said <= MaxHeader + (said / MaxGrowthShare) ? 1 : 0;
        return false;
    }
}
