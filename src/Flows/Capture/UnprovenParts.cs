using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Backup.Records;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// What a proof without a finding does not show: where the database requires no file, or cannot say which, everything
/// fits it.
/// </summary>
internal static class UnprovenParts
{
    private const string Urls = "alf_content_url";
    private const string Data = "alf_content_data";
    private const string Nodes = "alf_node";

    /// <summary>Why it is not known whether the files fit the database, one line each; none where it is.</summary>
    /// <param name="required">Files that the database requires, as far as it says.</param>
    public static IEnumerable<string> Of(DatabaseCapture database, long required, ImmutableArray<RootListing> roots)
    {
        if (database.Rows.GetValueOrDefault(Nodes, -1) == 0)
        {
            yield return $"table {Nodes} has no row: the database has not one document. Is it the one that Alfresco uses?";
        }

        if (database.NotApplicable.Contains(Urls))
        {
            yield return $"the database has no table {Urls}, so that it cannot say which files it requires"
                + Beside(roots);
        }
        else if (database.NotApplicable.Contains(Data))
        {
            yield return $"the database has no table {Data}, so that it cannot say which of its files are in use"
                + Beside(roots);
        }
        else if (required == 0)
        {
            string what =
                database.Rows.GetValueOrDefault(Urls) == 0 ? $"table {Urls} has no row" : $"no row of {Urls} does";
            yield return $"the database requires no file: {what}{Beside(roots)}";
        }
    }

    private static string Beside(ImmutableArray<RootListing> roots)
    {
        long files = roots
            .Where(root =>
                root.Root == ContentRoot.Contentstore
                || root.Root.StartsWith(ContentRoot.Stores, StringComparison.Ordinal)
            )
            .Sum(root => root.Totals.Files);
        return files == 0
            ? ", and the content stores are empty"
            : string.Create(CultureInfo.InvariantCulture, $", while the content stores hold {files} files");
    }
}
