using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>What was noticed about a file, in words: without it the proof could not be made again.</summary>
internal static class ExportFlags
{
    private static readonly (EntryFlags Flag, string Word)[] Words =
    [
        (EntryFlags.Unstable, "unstable"),
        (EntryFlags.SourceMissing, "source-missing"),
        (EntryFlags.SourceChanged, "source-changed"),
    ];

    public static string Write(EntryFlags flags) =>
        string.Join(',', Words.Where(pair => flags.HasFlag(pair.Flag)).Select(static pair => pair.Word));

    public static EntryFlags Read(string text)
    {
        EntryFlags flags = EntryFlags.None;
        foreach (string word in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            EntryFlags flag = Words.FirstOrDefault(pair => pair.Word == word).Flag;
            flags |=
                flag != EntryFlags.None ? flag : throw ArchiveFault.Of("a file in it has a flag that is not known");
        }

        return flags;
    }
}
