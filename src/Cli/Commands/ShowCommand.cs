using System.CommandLine;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Listings;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf show SET</c>: the manifest with the phases' times; with <c>--path</c> also what is below a path.
/// </summary>
internal static class ShowCommand
{
    public static Command Create(CommandRunner runner)
    {
        var set = new Argument<string>("SET") { Description = "The id of a set, or 'latest'." };
        var path = new Option<string?>("--path")
        {
            Description = "Also list what begins with this path, such as contentstore/2026/11.",
            HelpName = "PREFIX",
        };
        Option<string?> expected = ExpectedHead.NewOption();
        var command = new DocumentedCommand(
            "show",
            "Show a set: phases, contents, findings.",
            "abf show latest --path contentstore/2026/11",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            set,
            path,
            expected,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(context, parsed.GetRequiredValue(set), parsed.GetValue(path), parsed.GetValue(expected))
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string set, string? path, string? expected)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context, expected);
        SetSummary summary = opened.FindSet(set);
        SetManifest manifest = await opened.Repository.Log.ReadManifestAsync(summary, context.Stop);
        SetDetailDocument document = SetDetailDocument.Of(
            summary,
            manifest,
            await opened.ReadChecksAsync(context),
            withPaths: true
        );
        if (path is null)
        {
            context.Result.Write(
                document,
                CliJson.Relaxed.SetDetailDocument,
                writer => ManifestText.Write(document, writer)
            );
            return ExitCodes.Done;
        }

        ChunkIndex index = await opened.Repository.LoadIndexAsync(opened.Head.State, context.Stop);
        foreach (LostChunkIndex lost in index.Lost)
        {
            context.Messages.Warn(lost.Warning);
        }

        IAsyncEnumerable<EntryDocument> entries = SetListing.ReadAsync(
            opened.Repository.CreateFollowingReader(index),
            manifest,
            PathPrefix.Parse(path),
            context.Stop
        );
        await context.Result.WriteAsync(
            writer => WriteJsonAsync(writer, document, entries),
            async writer =>
            {
                ManifestText.Write(document, writer);
                await foreach (EntryDocument entry in entries)
                {
                    await writer.WriteLineAsync(ManifestText.Line(entry));
                }
            }
        );
        return ExitCodes.Done;
    }

    /// <summary>A set may have millions of entries: they go out as they are read.</summary>
    private static async Task WriteJsonAsync(
        Utf8JsonWriter writer,
        SetDetailDocument document,
        IAsyncEnumerable<EntryDocument> entries
    )
    {
        writer.WriteStartObject();
        JsonElement set = JsonSerializer.SerializeToElement(document, CliJson.Relaxed.SetDetailDocument);
        foreach (JsonProperty member in set.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteStartArray("entries");
        await foreach (EntryDocument entry in entries)
        {
            JsonSerializer.Serialize(writer, entry, CliJson.Relaxed.EntryDocument);
            if (writer.BytesPending > 64 * 1024)
            {
                await writer.FlushAsync();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
