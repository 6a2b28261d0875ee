using System.CommandLine;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf find PATTERN</c>: which sets have a document, and when it changed.</summary>
internal static class FindCommand
{
    private const string All = "all";

    public static Command Create(CommandRunner runner)
    {
        var pattern = new Argument<string>("PATTERN")
        {
            Description =
                "Part of a name; a whole one with * or ?; a path with /; or a node reference, UUID or content URL.",
        };
        var sets = new Option<string>("--sets")
        {
            Description = "Where to look: all sets, 'latest', or the id of one (default: all).",
            HelpName = "all|latest|SET",
            DefaultValueFactory = static _ => All,
        };
        var command = new DocumentedCommand(
            "find",
            "Find which sets have a document, and when it changed.",
            "abf find 'report*.pdf'",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            pattern,
            sets,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context => RunAsync(context, parsed.GetRequiredValue(pattern), parsed.GetRequiredValue(sets))
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string text, string where)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
        IReadOnlyList<SetSummary> sets = where == All ? opened.Sets : [opened.FindSet(where)];
        await using IAsyncDisposable held = await OpenedRepository.HoldAsync(context, where == All ? [] : [sets[0].Id]);
        SetCatalogues catalogues = await opened.OpenCataloguesAsync(context);
        DocumentSearch search = new(catalogues.Segments, NamePattern.Parse(text), context.Stop);
        List<RunId> without = [];
        foreach (SetSummary set in sets)
        {
            if (await catalogues.TryOpenAsync(await catalogues.ReadManifestAsync(set)) is { } catalogue)
            {
                await search.AddAsync(set.Id, catalogue);
            }
            else
            {
                without.Add(set.Id);
            }
        }

        if (without.Count > 0 && without.Count == sets.Count)
        {
            throw SetCatalogues.HasNone(without[0]);
        }

        if (without.Count > 0)
        {
            context.Messages.Warn(
                $"{Amounts.Count(without.Count, "set")} without a catalogue of documents passed over, the newest is {without[0]}"
            );
        }

        await context.Result.WriteAsync(
            writer => WriteJsonAsync(writer, search.ReadAsync(context.Stop)),
            writer => WriteTextAsync(writer, search.ReadAsync(context.Stop))
        );
        return ExitCodes.Done;
    }

    private static async Task WriteJsonAsync(Utf8JsonWriter writer, IAsyncEnumerable<FoundDocument> documents)
    {
        writer.WriteStartArray();
        await foreach (FoundDocument document in documents)
        {
            JsonSerializer.Serialize(writer, document, CliJson.Relaxed.FoundDocument);
            if (writer.BytesPending > 64 * 1024)
            {
                await writer.FlushAsync();
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>A line for each state of a document, with the sets that have it so.</summary>
    private static async Task WriteTextAsync(TextWriter writer, IAsyncEnumerable<FoundDocument> documents)
    {
        FoundDocument? newest = null;
        FoundDocument? oldest = null;
        int sets = 0;
        bool isEmpty = true;
        await foreach (FoundDocument document in documents)
        {
            isEmpty = false;
            if (newest is not null && newest with { Set = document.Set } != document)
            {
                await writer.WriteLineAsync(Line(newest, oldest!.Set, sets));
                newest = null;
            }

            (newest, sets) = newest is null ? (document, 1) : (newest, sets + 1);
            oldest = document;
        }

        await writer.WriteLineAsync(isEmpty ? "no document matches" : Line(newest!, oldest!.Set, sets));
    }

    private static string Line(FoundDocument document, string oldest, int sets)
    {
        string changed = document.Modified is { } time ? Units.Time(time) : "at an unknown time";
        string size = document.Size is { } bytes ? Amounts.Bytes(bytes) : "unknown size";
        string version = document.Version is { } label ? $"version {label}, " : string.Empty;
        string where =
            sets == 1 ? $"in set {document.Set}" : $"in {Amounts.Count(sets, "set")}, {oldest} to {document.Set}";
        return $"{document.Path ?? document.Name}  ({document.NodeRef})  {version}{size}, changed {changed}, {where}";
    }
}
