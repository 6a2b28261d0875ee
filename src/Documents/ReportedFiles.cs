using System.Runtime.CompilerServices;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Documents;

/// <summary>The findings of a set as its report lists them, with the nodes that use the files, in constant memory.</summary>
public sealed class ReportedFiles(SetFindings findings, ContentUsers users)
{
    /// <summary>Files that are looked up in the catalogue at once.</summary>
    private const int Batch = 2000;

    /// <param name="isMissing">The missing files; else those that were carried over from the set before.</param>
    public async IAsyncEnumerable<ReportFindingDocument> ReadAsync(
        bool isMissing,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IAsyncEnumerable<FileFinding[]> batches = findings
            .ReadAsync(cancellationToken)
            .Where(finding => finding.IsMissing == isMissing)
            .Chunk(Batch);
        await foreach (FileFinding[] batch in batches)
        {
            IReadOnlyDictionary<string, List<ReportNodeDocument>> nodes = await users.FindAsync(
                [.. batch.SelectMany(UrlsOf)],
                cancellationToken
            );
            foreach (FileFinding finding in batch)
            {
                string[] urls = [.. UrlsOf(finding)];
                string? url = Array.Find(urls, nodes.ContainsKey) ?? urls.FirstOrDefault();
                yield return ReportFindingDocument.Of(
                    finding,
                    url,
                    url is not null && nodes.TryGetValue(url, out List<ReportNodeDocument>? found) ? [.. found] : []
                );
            }
        }
    }

    private static IEnumerable<string> UrlsOf(FileFinding finding) =>
        finding.Root.Length == 0
            ? [Encoding.UTF8.GetString(finding.Path)]
            : ContentUrl.AllOf(finding.Root, finding.Path);
}
