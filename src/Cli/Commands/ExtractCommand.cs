using System.CommandLine;
using AlfrescoBackupFlows.Cli.Documents;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf extract SET ITEM</c>: one document out of a set, without a database.</summary>
internal static class ExtractCommand
{
    private const string Stdout = "-";

    public static Command Create(CommandRunner runner)
    {
        var set = new Argument<string>("SET") { Description = "The id of a set, or 'latest'." };
        var item = new Argument<string>("ITEM")
        {
            Description = "A node reference, a UUID, a content URL, a path below Company Home, or a name.",
        };
        var output = new Option<string?>("--output")
        {
            Description =
                "The file or directory to write to, or '-' for standard output (default: the document's name, here).",
            HelpName = "FILE",
        };
        var all = new Option<bool>("--all-versions")
        {
            Description = "Every version, as NAME-VERSION in the directory that --output names.",
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace a file that is there." };
        var command = new DocumentedCommand(
            "extract",
            "Get one document back, without a database.",
            "abf extract latest Sites/finance/documentLibrary/2026/report.pdf --output report.pdf",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Target
        )
        {
            set,
            item,
            output,
            all,
            overwrite,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetRequiredValue(set),
                        parsed.GetRequiredValue(item),
                        parsed.GetValue(output),
                        parsed.GetValue(all),
                        parsed.GetValue(overwrite)
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context,
        string set,
        string item,
        string? output,
        bool all,
        bool overwrite
    )
    {
        if (output == Stdout && (all || context.Result.IsJson))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--output -: standard output takes one document and nothing else: leave out {(all ? "--all-versions" : "--json")}"
            );
        }

        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
        opened.Repository.RequireContentKeys("A document cannot be read");
        SetSummary summary = opened.FindSet(set);
        await using IAsyncDisposable held = await OpenedRepository.HoldAsync(context, summary.Id);
        SetCatalogues catalogues = await opened.OpenCataloguesAsync(context);
        SetManifest manifest = await catalogues.ReadManifestAsync(summary);
        CatalogueReader? catalogue = await catalogues.TryOpenAsync(manifest, context.Messages.Warn);
        Item found = await new ItemLookup(catalogue, summary.Id, context.Stop).FindAsync(item);
        ContentFiles files = new(catalogues.Chunks, manifest);
        Extraction extraction = new(catalogues.Chunks, overwrite);
        List<(string Label, string Name, string Url)> wanted =
            all && found.Node is { } node
                ?
                [
                    .. (
                        await DocumentVersions.ReadAsync(catalogue!, node, int.MaxValue, long.MaxValue, context.Stop)
                    ).Select(static version => (LabelOf(version), version.Title, version.MainContent!.Url)),
                ]
                : [(found.Node?.Label ?? string.Empty, NameOf(found), found.Url)];
        IReadOnlyList<string> targets =
            output == Stdout ? [Stdout]
            : all ? OutputNames.OfVersions(output, wanted.Select(static version => (version.Name, version.Label)))
            : [OutputNames.OfDocument(output, wanted[0].Name)];
        if (output != Stdout)
        {
            extraction.RequireFree(targets);
        }

        List<ExtractedFile> written = [];
        List<string> missing = [];
        for (int i = 0; i < wanted.Count; i++)
        {
            (string label, _, string url) = wanted[i];
            if (await files.FindAsync(url, context.Stop) is not { } source)
            {
                missing.Add(url);
                continue;
            }

            if (output == Stdout)
            {
                await extraction.WriteToOutputAsync(source, context.Stop);
                return ExitCodes.Done;
            }

            await extraction.WriteAsync(source, targets[i], context.Stop);
            written.Add(new ExtractedFile(targets[i], label.Length > 0 ? label : null, url, source.Content.Length));
        }

        if (written.Count == 0)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{Lacks(summary.Id, missing[0])}; 'abf find' says which other sets have the document"
            );
        }

        return Report(context, summary.Id, found, written, missing);
    }

    private static string LabelOf(CatalogueNode node) =>
        node.Label.Length > 0 ? node.Label
        : node.VersionOf.Length > 0 ? "version"
        : "current";

    private static string Lacks(RunId set, string url) =>
        $"set {set} does not have the file of '{PlainText.Escape(url)}': it was missing when the set was made";

    private static string NameOf(Item item) => item.Node?.Title ?? item.Url[(item.Url.LastIndexOf('/') + 1)..];

    private static int Report(
        CommandContext context,
        RunId set,
        Item item,
        List<ExtractedFile> written,
        List<string> missing
    )
    {
        foreach (string url in missing)
        {
            context.Messages.Warn(Lacks(set, url));
        }

        var document = new ExtractDocument(
            set.ToString(),
            item.Node?.NodeRef,
            item.Node?.Title,
            item.Path,
            [.. written],
            missing.Count > 0 ? [.. missing] : null
        );
        context.Result.Outcome = "the document was written";
        context.Result.Write(
            document,
            CliJson.Relaxed.ExtractDocument,
            writer =>
            {
                foreach (ExtractedFile file in written)
                {
                    string version = file.Version is { } label ? $", version {label}" : string.Empty;
                    writer.WriteLine($"{file.File}: {Amounts.Bytes(file.Size)}{version}, from set {set}");
                }
            }
        );
        return missing.Count > 0 ? ExitCodes.Findings : ExitCodes.Done;
    }
}
