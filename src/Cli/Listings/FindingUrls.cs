using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>What the findings of a verification say of documents beyond their paths.</summary>
internal static class FindingUrls
{
    /// <summary>The same with the content URL of the file that it touches.</summary>
    public static VerificationFindingDocument Complete(VerificationFindingDocument finding)
    {
        // The name of a further store has a slash in it as well.
        int slash =
            finding.Path?.IndexOf(
                '/',
                finding.Path.StartsWith(ContentRoot.Stores, StringComparison.Ordinal) ? ContentRoot.Stores.Length : 0
            ) ?? -1;
        return slash < 0
            ? finding
            : finding with
            {
                Url = ContentUrl.Of(finding.Path![..slash], PathPrefix.Unescape(finding.Path[(slash + 1)..])),
            };
    }

    /// <summary>As it goes to stderr: a line.</summary>
    public static string Line(VerificationFindingDocument finding)
    {
        string line = finding.Set is { } set ? $"set {set}: {finding.Line}" : finding.Line;
        return finding.Url is { } url ? $"{line} ({url})" : line;
    }
}
