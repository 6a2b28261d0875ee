using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>What the findings of a verification say of documents beyond their paths: content URLs, and who uses them.</summary>
internal static class VerifiedFiles
{
    /// <summary>The same findings, those of files with URL and nodes.</summary>
    public static async Task<VerificationFindingDocument[]> CompleteAsync(CommandContext context, VerifyReport report)
    {
        VerificationFindingDocument[] documents = [.. report.Findings.Select(VerificationFindingDocument.Of)];
        if (report.Findings.All(static finding => finding.Root is null))
        {
            return documents;
        }

        try
        {
            await CompleteAsync(context, report, documents);
        }
        catch (AbfException e)
        {
            // What was found stands, whoever uses it.
            context.Messages.Warn($"Which documents the findings touch could not be looked up: {e.Message}");
        }

        return documents;
    }

    private static async Task CompleteAsync(
        CommandContext context,
        VerifyReport report,
        VerificationFindingDocument[] documents
    )
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
        ChunkIndex index = await opened.Repository.LoadIndexAsync(opened.Head.State, context.Stop);
        IChunkSource chunks = opened.Repository.CreateFollowingReader(index);
        foreach (
            IGrouping<RunId?, int> set in Enumerable
                .Range(0, documents.Length)
                .Where(number => report.Findings[number].Root is not null)
                .GroupBy(number => report.Findings[number].Set)
        )
        {
            ContentUsers users =
                set.Key is { } id && opened.Head.State.FindSet(id) is { } summary
                    ? await ContentUsers.OpenAsync(
                        chunks,
                        await opened.Repository.Log.ReadManifestAsync(summary, context.Stop),
                        context.Messages.WarnOnce,
                        context.Stop
                    )
                    : ContentUsers.Nobody;
            int[] numbers = [.. set];
            VerificationFindingDocument[] described = await VerifiedFindings.DescribeAsync(
                [.. numbers.Select(number => report.Findings[number])],
                users,
                context.Stop
            );
            for (int i = 0; i < numbers.Length; i++)
            {
                documents[numbers[i]] = described[i];
            }
        }
    }

    /// <summary>As it goes to stderr: a line.</summary>
    public static string Line(VerificationFindingDocument finding)
    {
        string line = finding.Set is { } set ? $"set {set}: {finding.Line}" : finding.Line;
        string[] more =
        [
            .. new[] { finding.Url }.OfType<string>(),
            .. (finding.Nodes ?? [])
                .Take(1)
                .Select(static node => $"{node.Path ?? node.Name ?? string.Empty} {node.NodeRef}".Trim()),
        ];
        return more.Length == 0 ? line : $"{line} ({string.Join(", ", more)})";
    }
}
