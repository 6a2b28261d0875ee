using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf drill</c>: rehearses the restore of a set, checks what came of it, and removes it again.</summary>
internal static class DrillCommand
{
    public static Command Create(CommandRunner runner)
    {
        var set = new Argument<string>("SET")
        {
            Description = "The id of a set, or 'latest': the newest consistent one.",
            DefaultValueFactory = _ => InstallationSets.Latest,
        };
        var server = new Option<string?>("--server")
        {
            Description =
                "A server on which a database is made and dropped again: postgresql://user@host:port "
                + "(default: drill.server).",
            HelpName = "URL",
        };
        var database = new Option<string?>("--database")
        {
            Description =
                "In its place an empty database, which is empty again afterwards: "
                + "postgresql://user@host:port/name (default: drill.database).",
            HelpName = "URL",
        };
        var passwordFile = new Option<string?>("--database-password-file")
        {
            Description = "A file that holds its password (default: drill.passwordFile).",
            HelpName = "FILE",
        };
        var scratch = new Option<string?>("--scratch")
        {
            Description =
                "A directory with room for the set's files (default: drill.scratch, else that of temporary files).",
            HelpName = "DIRECTORY",
        };
        var share = new Option<string?>("--share")
        {
            Description =
                "The part of the required files that is compared with the live store by its bytes "
                + "(default: drill.share, else 1%).",
            HelpName = "PERCENT",
        };
        var roots = new Option<string[]>("--roots")
        {
            Description =
                "Restore the files of these directories alone, such as contentstore or stores/NAME. Such a drill is not "
                + "recorded beside the set.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new DocumentedCommand(
            "drill",
            "Rehearse a restore: into a scratch directory and a scratch database, with every check, timed, and removed again.",
            "abf drill latest --server postgresql://drill@localhost:5432 --database-password-file /root/drill-password",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Target,
            ExitCodes.Cancelled
        )
        {
            set,
            server,
            database,
            passwordFile,
            scratch,
            share,
            roots,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetRequiredValue(set),
                        new DrillChoice
                        {
                            Server = parsed.GetValue(server),
                            Database = parsed.GetValue(database),
                            PasswordFile = parsed.GetValue(passwordFile) is { } file ? Path.GetFullPath(file) : null,
                            Scratch = parsed.GetValue(scratch),
                            Share = parsed.GetValue(share),
                            Roots = [.. parsed.GetValue(roots) ?? []],
                        }
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string text, DrillChoice choice) =>
        Report(
            context,
            await ToldCommand.AroundFlowAsync(
                context,
                nameof(DrillFlow),
                isTold: text == InstallationSets.Latest && choice.Roots is [],
                () => DrillAsync(context, text, choice)
            )
        );

    private static async Task<DrillResult> DrillAsync(CommandContext context, string text, DrillChoice choice)
    {
        RunId set;
        DrillInput input;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            opened.Repository.RequireContentKeys("A set cannot be restored");
            set = opened.FindSetToUse(text, context.Messages).Id;
            input = choice.Complete(set, context.Options);
        }

        await using DrillHost host = await DrillHost.OpenAsync(context);
        return await host.RunAsync(input);
    }

    internal static int Report(CommandContext context, DrillResult result)
    {
        foreach (string warning in result.Warnings)
        {
            context.Messages.WarnOnce(warning);
        }

        foreach (DrillFinding finding in result.Check.Findings)
        {
            context.Messages.Error(finding.Line);
        }

        DrillResultDocument document = DrillResultDocument.Of(result);
        context.Result.Outcome = result.Passed
            ? $"the drill of set {document.Set} passed"
            : $"the drill of set {document.Set} FAILED";
        context.Result.Write(document, CliJson.Relaxed.DrillResultDocument, writer => WriteText(document, writer));
        return result.Passed ? ExitCodes.Done : ExitCodes.Of(ErrorKind.Repository);
    }

    private static void WriteText(DrillResultDocument drill, TextWriter writer)
    {
        writer.WriteLine(
            $"set {drill.Set}: {Amounts.Count(drill.Files, "file")}, {Amounts.Bytes(drill.Bytes)} restored"
        );
        if (drill.Roots is { } roots)
        {
            writer.WriteLine(
                $"{string.Join(", ", roots)} alone: {Amounts.Count(drill.LeftOut, "required file")} of other directories not "
                    + "looked up, and the drill is not recorded"
            );
        }

        writer.WriteLine(
            $"rows of {Amounts.Count(drill.Tables, "table")} counted, {Amounts.Count(drill.Required, "required file")} looked "
                + $"up, {Amounts.Count(drill.Missing)} missing, {Amounts.Count(drill.Compared)} compared with the live store"
        );
        writer.WriteLine(
            $"took {Units.Duration(TimeSpan.FromSeconds(drill.Seconds))}: "
                + string.Join(
                    ", ",
                    drill.Phases.Select(phase => $"{phase.Key} {Units.Duration(TimeSpan.FromSeconds(phase.Value))}")
                )
        );
        writer.WriteLine(drill.Passed ? "passed" : $"FAILED: {Amounts.Count(drill.Errors, "finding")}");
    }
}
