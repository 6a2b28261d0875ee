using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Listings;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf verify</c>: proves that sets restore. Reads only; findings are a damaged repository's exit code.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create(CommandRunner runner)
    {
        var set = new Option<string?>("--set") { Description = "The set's id, or 'latest'; without it, all sets." };
        var depth = new Option<string?>("--depth")
        {
            Description =
                "How deep to look: structure (the usual one: no content is read), sample (a part of the packs, another "
                + "one each time), data (every byte), live (the newest set beside the content stores).",
        };
        var readData = new Option<bool>("--read-data") { Description = "The short form of --depth data." };
        var share = new Option<string?>("--share")
        {
            Description = "With --depth sample: how much of the packs is read, such as 5% (the usual share).",
        };
        var budget = new Option<string?>("--budget")
        {
            Description = "With --depth sample: for how long packs are read, such as 10min.",
        };
        var command = new DocumentedCommand(
            "verify",
            "Prove that sets restore: manifest, listings, packs, and the required files again.",
            "abf verify --depth sample --share 5%",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Busy,
            ExitCodes.Source,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Cancelled
        )
        {
            set,
            depth,
            readData,
            share,
            budget,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetValue(set),
                        ReadChoice(
                            parsed.GetValue(depth),
                            parsed.GetValue(readData),
                            parsed.GetValue(share),
                            parsed.GetValue(budget)
                        )
                    )
            )
        );
        return command;
    }

    private static VerifyChoice ReadChoice(string? depth, bool readData, string? share, string? budget)
    {
        double? percent = null;
        if (share is not null)
        {
            percent = RetentionOptions.TryParsePart(share, out double part)
                ? part * 100
                : throw Wrong($"--share '{share}': write a share of the packs, such as 5%");
        }

        TimeSpan? time = null;
        if (budget is not null)
        {
            time = Duration.TryParse(budget, out TimeSpan parsed)
                ? parsed
                : throw Wrong($"--budget '{budget}': write a time such as 10min or 2h");
        }

        var choice = new VerifyChoice(depth, readData, percent, time);
        return choice.Fault("--") is { } fault ? throw Wrong(fault) : choice;

        static PermanentException Wrong(string fault) => new(ErrorKind.Configuration, fault);
    }

    private static async Task<int> RunAsync(CommandContext context, string? set, VerifyChoice choice)
    {
        (VerifyInput input, SetSummary[] sets, VerifyReport report) = await ToldCommand.AroundFlowAsync(
            context,
            nameof(VerifyFlow),
            isTold: set is null,
            () => VerifyAsync(context, set, choice),
            choice.ToInput(null, string.Empty).Depth
        );
        return await ReportAsync(context, input, sets, report);
    }

    private static async Task<(VerifyInput, SetSummary[], VerifyReport)> VerifyAsync(
        CommandContext context,
        string? set,
        VerifyChoice choice
    )
    {
        SetSummary[] sets;
        VerifyInput input;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            sets = set is null ? [.. opened.Sets] : [opened.FindSet(set)];
            input = choice.ToInput(
                set is null ? null : sets[0].Id,
                set is null ? "all"
                    : set == InstallationSets.Latest ? set
                    : sets[0].Id.ToString()
            );
            if (input.ReadsPacks)
            {
                opened.Repository.RequireContentKeys($"--depth {input.Depth}: the bytes of sets cannot be read");
            }
        }

        await using VerifyHost host = await VerifyHost.OpenAsync(context, input);
        VerifyResult result = await host.RunAsync(input);
        return (input, [.. sets.Where(s => s.Sequence <= result.Head)], result.Report);
    }

    private static async Task<int> ReportAsync(
        CommandContext context,
        VerifyInput asked,
        SetSummary[] sets,
        VerifyReport report
    )
    {
        string[] ids = [.. sets.Select(s => s.Id.ToString())];
        VerificationResultDocument document = VerificationResultDocument.Of(report, asked, ids);
        document = document with { Findings = await VerifiedFiles.CompleteAsync(context, report) };
        foreach (VerificationFindingDocument finding in document.Findings)
        {
            string line = VerifiedFiles.Line(finding);
            if (finding.Severity == "warning")
            {
                context.Messages.WarnOnce(line);
            }
            else
            {
                context.Messages.Error(line);
            }
        }

        context.Result.Outcome = report.IsSound ? "the sets are sound" : "the sets are NOT sound";
        context.Result.Write(
            document,
            CliJson.Relaxed.VerificationResultDocument,
            writer => WriteText(document, writer)
        );
        return !report.IsSound ? ExitCodes.Of(ErrorKind.Repository)
            : report.Alarms > 0 ? ExitCodes.Findings
            : ExitCodes.Done;
    }

    private static void WriteText(VerificationResultDocument report, TextWriter writer)
    {
        string depth = report.Depth is VerifyDepths.Data or VerifyDepths.Sample
            ? $"{Amounts.Count(report.PacksRead)} of {Amounts.Count(report.Packs, "pack")} read "
                + $"({Amounts.Bytes(report.BytesRead)} of {Amounts.Bytes(report.PackBytes)})"
            : $"{Amounts.Count(report.Packs, "pack")} by name and length; --depth data reads them";
        writer.WriteLine(
            $"{Amounts.Count(report.Sets!.Length, "set")}, {Amounts.Count(report.Files, "file")}, {Amounts.Bytes(report.Bytes)}; {depth}"
        );
        if (report.UnneededPacks > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(report.UnneededPacks, "further pack")} ({Amounts.Bytes(report.UnneededBytes)}) hold nothing "
                    + "that a set needs, and are not read: runs left them, or are running"
            );
        }

        writer.WriteLine($"{Amounts.Count(report.Required, "required file")} looked up in the listings");
        if (report.Live is { } live)
        {
            writer.WriteLine(
                $"{Amounts.Count(live.Files, "file")} ({Amounts.Bytes(live.Bytes)}) compared with the live installation: "
                    + $"{Amounts.Count(live.Changed)} with other bytes, {Amounts.Count(live.Gone)} gone, "
                    + $"{Amounts.Count(live.CleanedUp)} cleaned up by Alfresco"
            );
        }

        writer.WriteLine(report.Sound ? "sound" : $"NOT sound: {Amounts.Count(report.Errors, "error")}");
        if (report.Alarms > 0)
        {
            writer.WriteLine($"ALARM: {Amounts.Count(report.Alarms, "file")} of the live installation lost or changed");
        }
    }
}
