using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf prune</c>: gives back the storage of what no set needs, beside everything else.</summary>
internal static class PruneCommand
{
    /// <summary>How to go on where it is stopped.</summary>
    public const string GoesOn = "what was given up so far is deleted by the next 'abf prune', which goes on";

    public static Command Create(CommandRunner runner)
    {
        var maxUnused = new Option<string?>("--max-unused")
        {
            Description = "The part of the stored bytes that may stay unused (default: retention.maxUnused).",
            HelpName = "PERCENT",
        };
        Option<string?> maxRepack = MaxRepack();
        Option<bool> dryRun = DryRun.NewOption("freed");
        var command = new DocumentedCommand(
            "prune",
            "Give back what no set needs. Backups, restores and other prunes go on meanwhile.",
            "abf prune --max-unused 5% --dry-run",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            maxUnused,
            maxRepack,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(context, parsed.GetValue(maxUnused), parsed.GetValue(maxRepack), parsed.GetValue(dryRun))
            )
        );
        return command;
    }

    public static Option<string?> MaxRepack() =>
        new("--max-repack") { Description = "Read and write anew at most so much, such as 50GiB.", HelpName = "SIZE" };

    public static PruneOptions WithMaxRepack(PruneOptions options, string? maxRepack) =>
        maxRepack is null ? options
        : Units.TryParseBytes(maxRepack, out long bytes) ? options with { MaxRepack = bytes }
        : throw Wrong("--max-repack", maxRepack, "write a size such as 500MiB or 50GiB");

    private static async Task<int> RunAsync(CommandContext context, string? maxUnused, string? maxRepack, bool dryRun)
    {
        PruneOptions options = Pruning.OptionsOf(context.Load(OptionsScope.Repository).Options.Retention);
        if (maxUnused is not null)
        {
            options = RetentionOptions.TryParsePart(maxUnused, out double part)
                ? options with
                {
                    MaxUnused = part,
                }
                : throw Wrong("--max-unused", maxUnused, "write a percentage such as 5%");
        }

        options = WithMaxRepack(options, maxRepack);
        context.HowToGoOn = GoesOn;
        PruneReport report = await RunAsync(context, options, dryRun, environment: null);
        var document = PruneDocument.Of(report, dryRun);
        context.Result.Write(document, CliJson.Relaxed.PruneDocument, writer => WriteText(document, writer));
        Warn(context, report);
        return ExitCodes.Done;
    }

    /// <summary>A prune to its end, or what it would do; how it ended is told.</summary>
    /// <param name="environment">What is open already; null: it is opened for the prune.</param>
    public static Task<PruneReport> RunAsync(
        CommandContext context,
        PruneOptions options,
        bool dryRun,
        HostEnvironment? environment
    ) =>
        ToldCommand.RunAsync(
            context,
            CommandKind.Prune,
            dryRun,
            async () =>
            {
                await using HostEnvironment? own = environment is null
                    ? await HostEnvironment.OpenAsync(context, takesLeases: true)
                    : null;
                var pruning = new Pruning((environment ?? own!).Flows);
                return dryRun
                    ? await pruning.PreviewAsync(options, context.Stop)
                    : (await pruning.RunAsync(options, isTimeUp: null, context.Stop)).Report;
            }
        );

    public static void Warn(CommandContext context, PruneReport report)
    {
        foreach (string warning in report.Warnings ?? [])
        {
            context.Messages.Warn(warning);
        }
    }

    public static void WriteText(PruneDocument prune, TextWriter writer)
    {
        string would = prune.DryRun ? "would be " : string.Empty;
        writer.WriteLine(
            $"{Amounts.Bytes(prune.FreedBytes)} {would}freed in {Amounts.Count(prune.DeletedBlobs, "blob")}, "
                + $"{Amounts.Bytes(prune.RepackedBytes)} {would}written anew"
        );
        if (prune.LaterBlobs > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(prune.LaterBlobs, "blob")} ({Amounts.Bytes(prune.LaterBytes)}) are kept by the store's "
                    + $"policy{(prune.LaterFrom is { } from ? $" until {Units.Time(from)} at least" : string.Empty)}; "
                    + "a later prune deletes them"
            );
        }

        writer.WriteLine(
            $"{Amounts.Bytes(prune.StoredBytes)} {(prune.DryRun ? "would stay" : "stored")}, "
                + $"{Amounts.Bytes(prune.UnusedBytes)} of them unused"
        );
    }

    private static PermanentException Wrong(string option, string text, string fix) =>
        new(ErrorKind.Configuration, $"{option} '{text}' does not fit: {fix}");
}
