using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Embedded.Journal;

namespace AlfrescoBackupFlows.Replay.Tests;

/// <summary>What a journal holds beyond what its client tells; an engine may be running it.</summary>
internal static class JournalView
{
    /// <summary>Ids of an instance that is nobody's sub-orchestration and of all its sub-orchestrations.</summary>
    public static IReadOnlyList<string> Tree(string directory, string root)
    {
        using JournalDatabase journal = JournalDatabase.Open(directory, check: false);
        InstanceTable table = new(journal, TimeProvider.System);
        return journal.Read<IReadOnlyList<string>>(() =>
            [.. table.ListTree(root).Select(i => i.Id).Order(StringComparer.Ordinal)]
        );
    }

    /// <summary>The history of an instance's present generation.</summary>
    public static RecordedHistory Export(string directory, string instance)
    {
        using JournalDatabase journal = JournalDatabase.Open(directory, check: false);
        InstanceTable table = new(journal, TimeProvider.System);
        return journal.Read(() =>
        {
            FlowInstance found = table.Find(instance)!;
            return new RecordedHistory(found.FlowName, found.Id, found.Generation, table.History(found));
        });
    }
}
