using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Verify.Records;
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
        var readData = new Option<bool>("--read-data")
        {
            Description = "Read every byte and recompute every chunk's id.",
        };
        var command = new DocumentedCommand(
            "verify",
            "Prove that sets restore: manifest, listings, packs, and the required files again.",
            "abf verify --set latest --read-data",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Cancelled
        )
        {
            set,
            readData,
        };
        command.SetAction(parsed =>
            runner.RunAsync(parsed, context => RunAsync(context, parsed.GetValue(set), parsed.GetValue(readData)))
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? set, bool readData)
    {
        SetSummary[] sets;
        VerifyInput input;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            if (readData)
            {
                opened.Repository.RequireContentKeys("--read-data: the bytes of sets cannot be read");
            }

            sets = set is null ? [.. opened.Sets] : [opened.FindSet(set)];
            input = new VerifyInput(set is null ? null : sets[0].Id, readData);
        }

        await using VerifyHost host = await VerifyHost.OpenAsync(context, input);
        VerifyResult result = await host.RunAsync(input);
        return Report(context, readData, [.. sets.Where(s => s.Sequence <= result.Head)], result.Report);
    }

    private static int Report(CommandContext context, bool readData, SetSummary[] sets, VerifyReport report)
    {
        foreach (Finding finding in report.Findings)
        {
            string line = finding.Set is { } of ? $"set {of}: {finding.Line}" : finding.Line;
            if (finding.Severity == FindingSeverity.Error)
            {
                context.Messages.Error(line);
            }
            else
            {
                context.Messages.WarnOnce(line);
            }
        }

        string[] ids = [.. sets.Select(s => s.Id.ToString())];
        VerificationResultDocument document = VerificationResultDocument.Of(report, readData, ids);
        context.Result.Outcome = report.IsSound ? "the sets are sound" : "the sets are NOT sound";
        context.Result.Write(
            document,
            CliJson.Relaxed.VerificationResultDocument,
            writer => WriteText(document, writer)
        );
        return report.IsSound ? ExitCodes.Done : ExitCodes.Of(ErrorKind.Repository);
    }

    private static void WriteText(VerificationResultDocument report, TextWriter writer)
    {
        string depth = report.ReadData
            ? $"{Units.Count(report.PacksRead)} of {Units.Count(report.Packs, "pack")} read"
            : $"{Units.Count(report.Packs, "pack")} by name and length; --read-data reads them";
        writer.WriteLine(
            $"{Units.Count(report.Sets!.Length, "set")}, {Units.Count(report.Files, "file")}, {Units.Bytes(report.Bytes)}; {depth}"
        );
        if (report.UnneededPacks > 0)
        {
            writer.WriteLine(
                $"{Units.Count(report.UnneededPacks, "further pack")} ({Units.Bytes(report.UnneededBytes)}) hold nothing "
                    + "that a set needs, and are not read: runs left them, or are running"
            );
        }

        writer.WriteLine($"{Units.Count(report.Required, "required file")} looked up in the listings");
        writer.WriteLine(report.Sound ? "sound" : $"NOT sound: {Units.Count(report.Errors, "error")}");
    }
}
