using System.Collections.Immutable;
using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Repair;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Repair;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf repair</c>: stores again what the repository lost, beside everything else.</summary>
internal static class RepairCommand
{
    private const int MaxNamed = 100;
    private const string Structure = "structure";
    private const string Data = "data";

    private static readonly TimeSpan TellsEvery = TimeSpan.FromSeconds(10);

    public static Command Create(CommandRunner runner)
    {
        var mirror = new Option<string?>("--from-mirror")
        {
            Description = "Take what is lost from this copy of the repository, written as repository.url.",
            HelpName = "URL",
        };
        var file = new Option<string?>("--connection-string-file")
        {
            Description = "A file that holds the connection string of the copy (default: as the repository is opened).",
            HelpName = "FILE",
        };
        var live = new Option<bool>("--live")
        {
            Description = "Read lost files again from the installation, as far as their bytes are as they were.",
        };
        var depth = new Option<string>("--depth")
        {
            Description =
                $"{Data}: read every pack to find the damaged ones; {Structure}: only what is missing or cut.",
            DefaultValueFactory = static _ => Data,
        };
        Option<bool> dryRun = DryRun.NewOption("repaired");
        var command = new DocumentedCommand(
            "repair",
            "Store again what the repository lost, and say what is lost for good. Backups and prunes go on meanwhile.",
            "abf repair --live --from-mirror file:///mnt/usb/acme",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            mirror,
            file,
            live,
            depth,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        new RepairRequest(
                            parsed.GetValue(mirror),
                            parsed.GetValue(file),
                            parsed.GetValue(live),
                            ReadsData(parsed.GetValue(depth)!),
                            parsed.GetValue(dryRun)
                        )
                    )
            )
        );
        return command;
    }

    private static bool ReadsData(string depth) =>
        depth switch
        {
            Data => true,
            Structure => false,
            _ => throw new PermanentException(
                ErrorKind.Configuration,
                $"--depth '{depth}' does not fit: write {Structure} or {Data}"
            ),
        };

    private static async Task<int> RunAsync(CommandContext context, RepairRequest request)
    {
        if (request is { Mirror: null, ConnectionStringFile: not null })
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "--connection-string-file goes with --from-mirror URL"
            );
        }

        if (request.Mirror is { } mirror)
        {
            StoreUrls.RequireNoSecret("--from-mirror", mirror);
        }

        context.Load(request.IsLive ? OptionsScope.Installation : OptionsScope.Repository);
        context.HowToGoOn = "nothing is lost, and the next 'abf repair' begins anew";
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: true);
        (RepairReport report, ImmutableArray<LostDocument> documents) = await new Repairing(environment.Flows).RunAsync(
            request,
            Teller(context),
            context.Stop
        );
        RepairDocument document = Describe(report, documents, request.IsDryRun);
        context.Result.Write(document, CliJson.Relaxed.RepairDocument, writer => WriteText(document, writer));
        if (document.HeldPacks > 0)
        {
            context.Messages.Warn(
                $"{Amounts.Count(document.HeldPacks, "bad pack")} stay for now, because a backup that is not finished may lean "
                    + "on them, or an index blob is lost: repair again after it"
            );
        }

        if (!report.HasLosses)
        {
            return ExitCodes.Done;
        }

        context.Messages.Error(
            report.LostChunks == 0 && report.LostFiles == 0
                ? $"lost for good, as far as was looked ({Looked(request)}): parts of sets"
                : $"lost for good, as far as was looked ({Looked(request)}): {Amounts.Count(report.LostChunks, "chunk")}, "
                    + $"{Amounts.Count(report.LostFiles, "file")}; forget the sets that need them, or bring the blobs back"
        );
        foreach (string part in document.LostParts.Take(MaxNamed))
        {
            context.Messages.Error(part);
        }

        foreach (LostFileDocument lost in document.Lost.Take(MaxNamed))
        {
            context.Messages.Error(
                $"{lost.Path}{(lost.ContentUrl is { } url ? $" ({url})" : string.Empty)}, {Amounts.Bytes(lost.Size)}, "
                    + $"of set {lost.Set}{string.Concat(lost.Nodes.Take(1).Select(static node => $": {node.Path ?? node.Name}"))}"
            );
        }

        return ExitCodes.Findings;
    }

    private static string Looked(RepairRequest request) =>
        (request.Mirror, request.IsLive) switch
        {
            (null, false) => "in the repository alone: say --live, or --from-mirror URL",
            (null, true) => "in the installation, and in no mirror",
            (_, false) => "in the mirror, and not with --live in the installation",
            _ => "in the mirror and the installation",
        };

    /// <summary>Says every few seconds how far it is.</summary>
    private static Action<long> Teller(CommandContext context)
    {
        var gate = new Lock();
        long told = context.Time.GetTimestamp();
        long packs = 0;
        long bytes = 0;
        return read =>
        {
            lock (gate)
            {
                packs++;
                bytes += read;
                if (context.Time.GetElapsedTime(told) >= TellsEvery)
                {
                    told = context.Time.GetTimestamp();
                    context.Messages.Note($"{Amounts.Count(packs, "pack")} read, {Amounts.Bytes(bytes)}");
                }
            }
        };
    }

    private static RepairDocument Describe(
        RepairReport report,
        ImmutableArray<LostDocument> documents,
        bool isDryRun
    ) =>
        new(
            LostIndexes: [.. report.LostIndexes],
            RebuiltPlaces: report.RebuiltPlaces,
            IndexesReplaced: report.AreIndexesReplaced,
            BadPacks: [.. report.BadPacks.Select(static pack => new BadPackDocument(pack.Name, pack.Why))],
            ReadPacks: report.ReadPacks,
            ReadBytes: report.ReadBytes,
            StoredChunks: report.StoredChunks,
            StoredBytes: report.StoredBytes,
            FromRepository: report.FromRepository,
            FromMirror: report.FromMirror,
            FromLive: report.FromLive,
            GivenUpPacks: report.GivenUpPacks,
            HeldPacks: report.HeldPacks,
            LostChunks: report.LostChunks,
            LostFiles: report.LostFiles,
            Lost:
            [
                .. documents.Select(static lost => new LostFileDocument(
                    lost.File.Set.ToString(),
                    $"{lost.File.Root}/{TreePath.Display(lost.File.Path)}",
                    lost.ContentUrl,
                    lost.File.Length,
                    [
                        .. lost.Uses.Select(static use => new LostNodeDocument(
                            use.Node.NodeRef,
                            use.Node.Title,
                            use.Path,
                            use.Content.Property
                        )),
                    ]
                )),
            ],
            LostParts: [.. report.LostParts],
            DryRun: isDryRun
        );

    internal static void WriteText(RepairDocument repair, TextWriter writer)
    {
        string would = repair.DryRun ? "would be " : string.Empty;
        writer.WriteLine($"{Amounts.Count(repair.ReadPacks, "pack")} read, {Amounts.Bytes(repair.ReadBytes)}");
        if (repair.LostIndexes.Length > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(repair.LostIndexes.Length, "index blob")} lost: {Amounts.Count(repair.RebuiltPlaces)} places "
                    + "read from the packs, "
                    + (
                        repair.IndexesReplaced ? "and named anew"
                        : repair.DryRun ? "which would be named anew where nothing else is lost with them"
                        : "not named anew, because something else is lost with them; the next backup does it"
                    )
            );
        }

        writer.WriteLine(
            repair.BadPacks.Length == 0 ? "no bad packs" : $"{Amounts.Count(repair.BadPacks.Length, "bad pack")}:"
        );
        foreach (BadPackDocument pack in repair.BadPacks.Take(MaxNamed))
        {
            writer.WriteLine($"  {pack.Name}: {pack.Why}");
        }

        if (repair.StoredChunks > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(repair.StoredChunks, "chunk")} {would}stored again, {Amounts.Bytes(repair.StoredBytes)}: "
                    + $"{Amounts.Count(repair.FromRepository)} from damaged packs, {Amounts.Count(repair.FromMirror)} from the "
                    + $"mirror, {Amounts.Count(repair.FromLive)} from the installation"
            );
        }

        if (repair.GivenUpPacks > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(repair.GivenUpPacks, "pack")} given up; the next prune deletes what is there of them"
            );
        }
    }
}
