using System.CommandLine;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Listings;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf report SET</c>: what the proof of a set found, file by file, and what lies outside of every set. Everything is
/// in the set: neither the database nor the content stores are asked.
/// </summary>
internal static class ReportCommand
{
    public static Command Create(CommandRunner runner)
    {
        var set = new Argument<string>("SET") { Description = "The id of a set, or 'latest'." };
        Option<string?> expected = ExpectedHead.NewOption();
        var command = new DocumentedCommand(
            "report",
            "Say of a set which required files it has, and which it does not have and why.",
            "abf report latest",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            set,
            expected,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context => RunAsync(context, parsed.GetRequiredValue(set), parsed.GetValue(expected))
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string set, string? expected)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context, expected);
        SetSummary summary = opened.FindSet(set);
        await using IAsyncDisposable held = await OpenedRepository.HoldAsync(context, summary.Id);
        SetManifest manifest = await opened.Repository.Log.ReadManifestAsync(summary, context.Stop);
        ChunkIndex index = await opened.Repository.LoadIndexAsync(opened.Head.State, context.Stop);
        foreach (LostChunkIndex lost in index.Lost)
        {
            context.Messages.Warn(lost.Warning);
        }

        IChunkSource chunks = opened.Repository.CreateFollowingReader(index);
        var findings = new SetFindings(chunks, manifest);
        (ReportCountsDocument counts, bool isComplete) = await findings.CountAsync(context.Stop);
        ContentUsers users = await ContentUsers.OpenAsync(chunks, manifest, context.Messages.WarnOnce, context.Stop);
        var document = ReportDocument.Of(summary, manifest, counts, isComplete, users.IsKnown);
        foreach ((string protocol, long count) in document.Unprotected)
        {
            context.Messages.Warn(ReportText.Unprotected(protocol, count));
        }

        var files = new ReportedFiles(findings, users);
        context.Result.Outcome = $"the report of set {summary.Id} was read";
        await context.Result.WriteAsync(
            writer => WriteJsonAsync(writer, document, files, context.Stop),
            writer => ReportText.WriteAsync(document, files, writer, context.Stop)
        );
        bool isFinding = !document.Consistent || counts.Missing > counts.Acknowledged || counts.CarriedOver > 0;
        return isFinding ? ExitCodes.Findings : ExitCodes.Done;
    }

    /// <summary>A set may lack millions of files: they go out as they are read.</summary>
    private static async Task WriteJsonAsync(
        Utf8JsonWriter writer,
        ReportDocument document,
        ReportedFiles files,
        CancellationToken cancellationToken
    )
    {
        writer.WriteStartObject();
        JsonElement report = JsonSerializer.SerializeToElement(document, CliJson.Relaxed.ReportDocument);
        foreach (JsonProperty member in report.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        foreach ((string name, bool isMissing) in ((string, bool)[])[("missing", true), ("carriedOver", false)])
        {
            writer.WriteStartArray(name);
            await foreach (ReportFindingDocument file in files.ReadAsync(isMissing, cancellationToken))
            {
                JsonSerializer.Serialize(writer, file, CliJson.Relaxed.ReportFindingDocument);
                if (writer.BytesPending > 64 * 1024)
                {
                    await writer.FlushAsync(cancellationToken);
                }
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
