using System.Collections.Immutable;
using System.CommandLine;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf doctor</c>: looks at everything that a backup needs, and says what is to be changed.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "doctor",
            "Look at everything that a backup needs, and say what to change; takes no backup.",
            "abf doctor --json",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Source,
            ExitCodes.Cancelled
        );
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        ImmutableArray<Notice> found = await ExamineAsync(context);
        DoctorDocument document = DoctorDocument.Of(found);
        context.Result.Outcome = Summary(document);
        context.Result.Write(document, CliJson.Relaxed.DoctorDocument, writer => WriteText(document, writer));
        foreach (
            Notice notice in found.Where(notice =>
                context.Messages.IsQuiet && notice.Severity is not NoticeSeverity.Info
            )
        )
        {
            context.Messages.Error(notice.Line);
        }

        return document.Errors > 0 ? ExitCodeOf(found)
            : document.Warnings > 0 ? ExitCodes.Findings
            : ExitCodes.Done;
    }

    private static async Task<ImmutableArray<Notice>> ExamineAsync(CommandContext context)
    {
        HostEnvironment? opened = null;
        try
        {
            context.Load(OptionsScope.Installation);
            return await Examination.RunAsync(
                context.Loaded!,
                async _ =>
                {
                    opened = await HostEnvironment.OpenAsync(context, takesLeases: true);
                    return opened.Flows;
                },
                NextBackup(context),
                context.Time,
                context.Messages.Note,
                context.Stop
            );
        }
        catch (PermanentException e) when (e.Ids.Length > 0)
        {
            // Without a configuration there is nothing to look at.
            return [.. Notice.Of(e, "configuration", "no backup can be taken, and nothing else was looked at")];
        }
        finally
        {
            if (opened is not null)
            {
                await opened.DisposeAsync();
            }
        }
    }

    private static DateTimeOffset? NextBackup(CommandContext context) =>
        context.Options.Schedule is { } schedule
            ? CronSchedule
                .Parse("schedule", schedule, Installation.Discover(context.Options.Installation).TimeZone, context.Time)
                .NextAfter(context.Time.GetUtcNow())
            : null;

    /// <summary>What an administrator can correct in a file comes first.</summary>
    private static int ExitCodeOf(ImmutableArray<Notice> found) =>
        found.Any(static notice => notice is { Severity: NoticeSeverity.Error, Kind: ErrorKind.Configuration })
            ? ExitCodes.Usage
            : ExitCodes.Source;

    private static void WriteText(DoctorDocument document, TextWriter writer)
    {
        foreach (
            IGrouping<string, DoctorFindingDocument> group in document.Findings.GroupBy(
                static finding => finding.Severity,
                StringComparer.Ordinal
            )
        )
        {
            foreach (DoctorFindingDocument finding in group)
            {
                writer.WriteLine($"{group.Key} [{finding.Id}] {finding.What}");
                writer.WriteLine($"  why: {finding.Why}");
                writer.WriteLine($"  fix: {finding.Fix}");
            }

            writer.WriteLine();
        }

        writer.WriteLine(Summary(document));
    }

    private static string Summary(DoctorDocument document)
    {
        string counts = $"{Amounts.Count(document.Errors, "error")}, {Amounts.Count(document.Warnings, "warning")}";
        return document.Errors > 0 ? $"{counts}: no backup can be taken"
            : document.Warnings > 0 ? $"{counts}: a backup can be taken"
            : $"{counts}: all is well";
    }
}
