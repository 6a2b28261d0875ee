using System.CommandLine;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Documents;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf diff SET SET</c>: documents that came, went and changed.</summary>
internal static class DiffCommand
{
    public static Command Create(CommandRunner runner)
    {
        var before = new Argument<string>("SET") { Description = "The id of the set to compare with." };
        var after = new Argument<string>("OTHER") { Description = "The id of the other set, or 'latest'." };
        var command = new DocumentedCommand(
            "diff",
            "Show which documents came, went and changed between two sets.",
            "abf diff 20261126T200000Z-0a1b2c3d latest",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            before,
            after,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context => RunAsync(context, parsed.GetRequiredValue(before), parsed.GetRequiredValue(after))
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string before, string after)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
        SetSummary from = opened.FindSet(before);
        SetSummary to = opened.FindSet(after);
        await using IAsyncDisposable held = await OpenedRepository.HoldAsync(context, from.Id, to.Id);
        SetCatalogues catalogues = await opened.OpenCataloguesAsync(context);
        DocumentDiff diff = new(
            catalogues.Segments,
            new CataloguedSet(from.Id, await catalogues.OpenAsync(from)),
            new CataloguedSet(to.Id, await catalogues.OpenAsync(to))
        );
        await context.Result.WriteAsync(
            writer => WriteJsonAsync(writer, diff, from.Id, to.Id, context.Stop),
            writer => WriteTextAsync(writer, diff, context.Stop)
        );
        return ExitCodes.Done;
    }

    /// <summary>There may be millions: each list is read by itself, and goes out as it is read.</summary>
    private static async Task WriteJsonAsync(
        Utf8JsonWriter writer,
        DocumentDiff diff,
        RunId from,
        RunId to,
        CancellationToken cancellationToken
    )
    {
        writer.WriteStartObject();
        writer.WriteString("from", from.ToString());
        writer.WriteString("to", to.ToString());
        await ListAsync(
            "came",
            static change => change.Before is null,
            async change =>
                JsonSerializer.Serialize(
                    writer,
                    await diff.DescribeAfterAsync(change, cancellationToken),
                    CliJson.Relaxed.FoundDocument
                )
        );
        await ListAsync(
            "went",
            static change => change.After is null,
            async change =>
                JsonSerializer.Serialize(
                    writer,
                    await diff.DescribeBeforeAsync(change, cancellationToken),
                    CliJson.Relaxed.FoundDocument
                )
        );
        await ListAsync(
            "changed",
            static change => change is { Before: not null, After: not null, IsFolder: false },
            WriteChangedAsync
        );
        await ListAsync("moved", static change => change.IsFolder, WriteChangedAsync);
        writer.WriteEndObject();

        async Task WriteChangedAsync(DocumentChange change) =>
            JsonSerializer.Serialize(
                writer,
                new ChangedDocument(
                    await diff.DescribeBeforeAsync(change, cancellationToken),
                    await diff.DescribeAfterAsync(change, cancellationToken),
                    DocumentDiff.Differs(change.Before!, change.After!)
                ),
                CliJson.Relaxed.ChangedDocument
            );

        async Task ListAsync(string name, Func<DocumentChange, bool> belongs, Func<DocumentChange, Task> write)
        {
            writer.WriteStartArray(name);
            await foreach (DocumentChange change in diff.ReadAsync(cancellationToken))
            {
                if (belongs(change))
                {
                    await write(change);
                    if (writer.BytesPending > 64 * 1024)
                    {
                        await writer.FlushAsync(cancellationToken);
                    }
                }
            }

            writer.WriteEndArray();
        }
    }

    private static async Task WriteTextAsync(TextWriter writer, DocumentDiff diff, CancellationToken cancellationToken)
    {
        long came = 0;
        long went = 0;
        long changed = 0;
        long moved = 0;
        await foreach (DocumentChange change in diff.ReadAsync(cancellationToken))
        {
            if (change.After is null)
            {
                went++;
                await writer.WriteLineAsync(
                    $"went     {Of(await diff.DescribeBeforeAsync(change, cancellationToken))}"
                );
                continue;
            }

            FoundDocument after = await diff.DescribeAfterAsync(change, cancellationToken);
            if (change.Before is null)
            {
                came++;
                await writer.WriteLineAsync($"came     {Of(after)}");
            }
            else if (change.IsFolder)
            {
                moved++;
                FoundDocument was = await diff.DescribeBeforeAsync(change, cancellationToken);
                await writer.WriteLineAsync(
                    $"moved    {Of(after)}: was {was.Path ?? was.Name}, with all that is in it"
                );
            }
            else
            {
                changed++;
                string[] differs = DocumentDiff.Differs(change.Before, change.After);
                await writer.WriteLineAsync($"changed  {Of(after)}: {string.Join(", ", differs)}");
            }
        }

        await writer.WriteLineAsync(
            $"{Amounts.Count(came, "document")} came, {Amounts.Count(went)} went, {Amounts.Count(changed)} changed"
                + (moved == 0 ? string.Empty : $"; {Amounts.Count(moved, "folder")} moved")
        );
    }

    private static string Of(FoundDocument document) => $"{document.Path ?? document.Name}  ({document.NodeRef})";
}
