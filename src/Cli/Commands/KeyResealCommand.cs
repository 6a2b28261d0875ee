using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf key reseal</c>: what is sealed under older keys is sealed anew, until these can go.</summary>
internal static class KeyResealCommand
{
    public static Command Create(CommandRunner runner)
    {
        Option<string?> maxRepack = PruneCommand.MaxRepack();
        Option<bool> dryRun = DryRun.NewOption();
        var command = new DocumentedCommand(
            "reseal",
            "Seal anew what is sealed under older keys, and drop these. It goes on where an earlier one ended.",
            "abf key reseal --max-repack 50GiB",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            maxRepack,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                async context =>
                {
                    PruneOptions options = OptionsOf(context, parsed.GetValue(maxRepack), isAsked: true)!;
                    ResealDocument document = await RunAsync(context, options, parsed.GetValue(dryRun), rotates: false);
                    context.Result.Write(
                        document,
                        CliJson.Relaxed.ResealDocument,
                        writer => WriteText(document, writer)
                    );
                    return ExitCodes.Done;
                }
            )
        );
        return command;
    }

    /// <summary>Null where nobody asks for it.</summary>
    public static PruneOptions? OptionsOf(CommandContext context, string? maxRepack, bool isAsked)
    {
        if (!isAsked)
        {
            return maxRepack is null
                ? null
                : throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--max-repack '{maxRepack}' bounds what --reseal writes: name both"
                );
        }

        return PruneCommand.WithMaxRepack(
            Pruning.OptionsOf(context.Load(OptionsScope.Repository).Options.Retention),
            maxRepack
        );
    }

    /// <summary>Its warnings are said.</summary>
    /// <param name="rotates">The keys would be rotated before.</param>
    public static async Task<ResealDocument> RunAsync(
        CommandContext context,
        PruneOptions options,
        bool dryRun,
        bool rotates
    )
    {
        context.HowToGoOn = "what is sealed anew stays so, and 'abf key reseal' goes on with the rest";
        ResealReport report = await ToldCommand.RunAsync(
            context,
            CommandKind.Reseal,
            dryRun,
            async () =>
            {
                await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: true);
                var pruning = new Pruning(environment.Flows);
                return dryRun
                    ? await pruning.PreviewResealAsync(options, rotates, context.Stop)
                    : await pruning.ResealAsync(options, context.Stop);
            }
        );
        foreach (string warning in report.Warnings)
        {
            context.Messages.Warn(warning);
        }

        return new ResealDocument(
            dryRun ? "would be resealed"
                : report.Left.IsEmpty ? "resealed"
                : "unfinished",
            report.Prune.RepackedBytes,
            report.Prune.FreedBytes,
            report.Prune.LaterBlobs,
            report.Prune.LaterFrom?.UtcDateTime,
            [.. report.Dropped.Select(Document)],
            [.. report.Left.Select(Document)],
            [.. report.WaitsFor.Select(run => run.ToString())],
            [.. report.Warnings]
        );
    }

    public static void WriteText(ResealDocument reseal, TextWriter writer)
    {
        string would = reseal.Outcome == "would be resealed" ? "would be " : string.Empty;
        writer.WriteLine(
            $"{Amounts.Bytes(reseal.RepackedBytes)} {would}sealed anew, {Amounts.Bytes(reseal.FreedBytes)} {would}freed"
        );
        foreach (OldKeyDocument key in reseal.Dropped)
        {
            writer.WriteLine($"{key.Class} key of generation {key.Generation}: dropped");
        }

        foreach (OldKeyDocument key in reseal.Left)
        {
            writer.WriteLine(
                $"{key.Class} key of generation {key.Generation}: {Amounts.Count(key.Blobs, "blob")} "
                    + $"({Amounts.Bytes(key.Bytes)}) {(would.Length > 0 ? "are" : "are still")} sealed under it"
                    + (would.Length > 0 || key.Some.Length == 0 ? "" : $", such as {string.Join(", ", key.Some)}")
            );
        }

        if (reseal.LaterBlobs > 0)
        {
            string from = reseal.LaterFrom is { } date ? $" until {Units.Time(date)} at least" : string.Empty;
            writer.WriteLine($"{Amounts.Count(reseal.LaterBlobs, "blob")} are kept by the store's policy{from}");
        }

        foreach (string run in reseal.WaitsFor)
        {
            writer.WriteLine($"run {run} began with older keys: they stay until it has ended");
        }

        if (reseal.Outcome == "unfinished")
        {
            writer.WriteLine("run 'abf key reseal' again for the rest");
        }
    }

    private static OldKeyDocument Document(OldKey key) =>
        new(key.Class, key.Generation, key.Blobs, key.Bytes, [.. key.Some]);
}
