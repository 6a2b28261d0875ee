using System.Globalization;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// How the index is made again after a restore of a set without one. It stands in the set, because whoever restores may
/// have nothing else of the installation.
/// </summary>
internal static class ReindexPlan
{
    /// <param name="subsystem"><c>index.subsystem.name</c>; null where the properties do not say it.</param>
    /// <param name="nodes">Rows of <c>alf_node</c>.</param>
    /// <param name="transactions">Rows of <c>alf_transaction</c>.</param>
    /// <returns>A step each.</returns>
    public static IEnumerable<string> Of(string? subsystem, long nodes, long transactions)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"To be indexed again from the restored database: {nodes} nodes in {transactions} transactions."
        );
        switch (subsystem)
        {
            case "lucene" or "buildonly":
                yield return "Start Alfresco once with index.recovery.mode=FULL and without the directory lucene-indexes; then "
                    + "put index.recovery.mode=AUTO back.";
                break;
            case "solr" or "solr4":
                yield return "Stop Tomcat with Solr; delete the index and the cached content of the cores workspace and archive "
                    + "(data.dir.root of each solrcore.properties); start Alfresco and Solr: its trackers index everything.";
                break;
            case "solr6":
                yield return "Stop the search service; delete the directories index, tlog and contentstore of the cores alfresco "
                    + "and archive, and keep their conf; start Alfresco, then the search service: its trackers index everything.";
                break;
            default:
                yield return subsystem is null
                    ? "The properties do not say which index Alfresco uses (index.subsystem.name): empty it, and let the search "
                        + "service index everything again."
                    : $"Empty the index of the search subsystem '{subsystem}', and let it index everything again.";
                break;
        }

        yield return "Until it is done, search finds less than there is; documents open all the same.";
    }
}
