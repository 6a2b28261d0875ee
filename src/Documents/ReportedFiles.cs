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

    /// <summary>The same for a server, whose memory others need too: names and paths may be long.</summary>
    private const int SmallBatch = 20;

    /// <param name="isMissing">The missing files; else those that were carried over from the set before.</param>
    public IAsyncEnumerable<ReportFindingDocument> ReadAsync(bool isMissing, CancellationToken cancellationToken) =>
        DescribeAsync(Of(isMissing, cancellationToken), Batch, cancellationToken);

    /// <summary>Some of them: who uses the others is not looked up.</summary>
    /// <param name="from">How many come before.</param>
    /// <param name="count">How many, at most.</param>
    /// <inheritdoc cref="ReadAsync(bool, CancellationToken)"/>
    public IAsyncEnumerable<ReportFindingDocument> ReadAsync(
        bool isMissing,
        int from,
        int count,
        CancellationToken cancellationToken
    ) => DescribeAsync(Of(isMissing, cancellationToken).Skip(from).Take(count), SmallBatch, cancellationToken);

    private IAsyncEnumerable<FileFinding> Of(bool isMissing, CancellationToken cancellationToken) =>
        findings.ReadAsync(cancellationToken).Where(finding => finding.IsMissing == isMissing);

    private async IAsyncEnumerable<ReportFindingDocument> DescribeAsync(
        IAsyncEnumerable<FileFinding> files,
        int batchSize,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (FileFinding[] batch in files.Chunk(batchSize).WithCancellation(cancellationToken))
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
