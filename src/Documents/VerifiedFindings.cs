using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Documents;

/// <summary>What the findings of a verification say of documents beyond their paths: content URLs, and who uses them.</summary>
public static class VerifiedFindings
{
    /// <summary>Findings of one set; those of files with URL and nodes.</summary>
    public static async Task<VerificationFindingDocument[]> DescribeAsync(
        IReadOnlyCollection<Finding> findings,
        ContentUsers users,
        CancellationToken cancellationToken
    )
    {
        var nodes = await users.FindAsync([.. findings.SelectMany(UrlsOf)], cancellationToken);
        return
        [
            .. findings.Select(finding =>
            {
                string[] urls = [.. UrlsOf(finding)];
                string? url = Array.Find(urls, nodes.ContainsKey) ?? urls.FirstOrDefault();
                return VerificationFindingDocument.Of(finding) with
                {
                    Url = url,
                    Nodes = url is not null && nodes.TryGetValue(url, out var found) ? [.. found] : null,
                };
            }),
        ];
    }

    private static IEnumerable<string> UrlsOf(Finding finding) =>
        finding.Root is null ? [] : ContentUrl.AllOf(finding.Root, PathPrefix.Unescape(finding.Path!));
}
