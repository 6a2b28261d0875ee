using System.Runtime.CompilerServices;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>The findings of a set as its report lists them, in constant memory.</summary>
internal sealed class ReportedFiles(SetFindings findings)
{
    /// <param name="isMissing">The missing files; else those that were carried over from the set before.</param>
    public async IAsyncEnumerable<ReportFindingDocument> ReadAsync(
        bool isMissing,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (FileFinding finding in findings.ReadAsync(cancellationToken))
        {
            if (finding.IsMissing == isMissing)
            {
                yield return ReportFindingDocument.Of(finding, UrlOf(finding), []);
            }
        }
    }

    private static string? UrlOf(FileFinding finding) =>
        finding.Root.Length == 0
            ? Encoding.UTF8.GetString(finding.Path)
            : ContentUrl.Of(finding.Root, finding.Path);
}
