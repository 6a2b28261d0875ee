using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>The two parts of an entry's path.</summary>
internal static class EntryPaths
{
    public static ReadOnlySpan<byte> Name(this ListingEntry entry) => entry.Path.AsSpan(SlashOf(entry) + 1);

    /// <summary>Empty for the root.</summary>
    public static ReadOnlySpan<byte> Directory(this ListingEntry entry) =>
        entry.Path.AsSpan(0, Math.Max(0, SlashOf(entry)));

    private static int SlashOf(ListingEntry entry) => entry.Path.AsSpan().LastIndexOf((byte)'/');
}
