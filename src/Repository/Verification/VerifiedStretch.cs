using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>What was found of a stretch. Required files are counted where it has their segments.</summary>
internal sealed class VerifiedStretch
{
    public long Files { get; set; }

    public long Directories { get; set; }

    public long Bytes { get; set; }

    public long Required { get; set; }

    public long Missing { get; set; }

    /// <summary>The first entry that could be read; null where there is none.</summary>
    public StretchEnd? First { get; set; }

    public StretchEnd? Last { get; set; }

    /// <summary>All entries that could be read, where they are asked for.</summary>
    public List<StretchEnd> Entries { get; } = [];

    public List<(byte[] Path, long Length, string Why)> LostFiles { get; } = [];

    public List<(SegmentRow Row, string Why)> LostSegments { get; } = [];

    public bool IsSound => LostFiles.Count == 0 && LostSegments.Count == 0;

    public void Count(ListingEntry entry, bool keeps)
    {
        (Files, Directories) = entry.IsDirectory ? (Files, Directories + 1) : (Files + 1, Directories);
        Bytes += entry.Length;
        Last = new StretchEnd(entry.Path, entry.IsDirectory);
        First ??= Last;
        if (keeps)
        {
            Entries.Add(Last.Value);
        }
    }
}

internal readonly record struct StretchEnd(byte[] Path, bool IsDirectory);
