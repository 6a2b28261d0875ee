using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf mirror --to URL</c>: brings a second store to the state of the repository's.</summary>
internal static class MirrorCommand
{
    private static readonly TimeSpan TellsEvery = TimeSpan.FromSeconds(10);

    public static Command Create(CommandRunner runner)
    {
        var to = new Option<string>("--to")
        {
            Description = "The place of the copy, written as repository.url.",
            HelpName = "URL",
            Required = true,
        };
        var file = new Option<string?>("--connection-string-file")
        {
            Description = "A file that holds the connection string of the copy (default: as the repository is opened).",
            HelpName = "FILE",
        };
        var check = new Option<bool>("--check") { Description = "Compare by hashes what both sides have already." };
        var repair = new Option<bool>("--repair")
        {
            Description = "Store again what a copy has lost that was cut, emptied or put back.",
        };
        Option<bool> dryRun = DryRun.NewOption("copied");
        Option<string?> expected = ExpectedHead.NewOption();
        var command = new DocumentedCommand(
            "mirror",
            "Bring a second store to the state of the repository's. Needs no passphrase, and deletes nothing.",
            "abf mirror --to file:///mnt/usb/acme",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            to,
            file,
            check,
            repair,
            dryRun,
            expected,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        new MirrorRequest(
                            new StoreName(to.Name, file.Name),
                            parsed.GetRequiredValue(to),
                            parsed.GetValue(file),
                            parsed.GetValue(check),
                            parsed.GetValue(repair),
                            parsed.GetValue(dryRun)
                        )
                        {
                            Expected = ExpectedHead.Parse(parsed.GetValue(expected)),
                        }
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, MirrorRequest request)
    {
        StoreUrls.RequireNoSecret(request.Name.Url, request.Url);
        context.Load(OptionsScope.Blobs);
        context.HowToGoOn = "what was copied stays copied, and the next 'abf mirror' goes on";
        string target = StorePlace.Of(request.Url)!;
        return await ToldCommand.RunAsync(
            context,
            CommandKind.Mirror(request.Url),
            request.IsDryRun,
            () => CopyAsync(context, request),
            code =>
                code == ExitCodes.Done
                    ? null
                    : new FlowFailure(
                        ErrorKind.Target,
                        $"the mirror at {target} did not take all of it; the output of the command says why",
                        IsRetryable: false
                    )
        );
    }

    private static async Task<int> CopyAsync(CommandContext context, MirrorRequest request)
    {
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
        MirrorReport report = await new Mirroring(environment.Flows).RunAsync(
            request,
            isTimeUp: null,
            Teller(context),
            context.Stop
        );
        var document = new MirrorDocument(
            report.Repository,
            environment.Flows.Stores.Blobs.Location,
            StorePlace.Of(request.Url)!,
            HeadDocument.Of(report.Head),
            report.CopiedBlobs,
            report.CopiedBytes,
            report.LogEntries,
            report.CheckedBlobs,
            report.ExtraBlobs,
            report.ExtraBytes,
            report.DifferentBlobs,
            [.. report.Different],
            report.UnfitBlobs,
            request.IsDryRun
        );
        context.Result.Write(document, CliJson.Relaxed.MirrorDocument, writer => WriteText(document, writer));
        if (report.UnfitBlobs > 0)
        {
            context.Messages.Warn(
                $"{Amounts.Count(report.UnfitBlobs, "blob")} of {document.Source} are longer than any may be, or lie in its log "
                    + "behind a gap, and were not copied: look into who can write there"
            );
        }

        if (report.Conflict(document.Target) is { } conflict)
        {
            context.Messages.Error(conflict);
            return ExitCodes.Repository;
        }

        return report.UnfitBlobs > 0 ? ExitCodes.Findings : ExitCodes.Done;
    }

    /// <summary>Says every few seconds how far it is.</summary>
    private static Action<long, long> Teller(CommandContext context)
    {
        long told = context.Time.GetTimestamp();
        return (blobs, bytes) =>
        {
            // Called under the lock of whoever counts: one at a time.
            if (context.Time.GetElapsedTime(told) >= TellsEvery)
            {
                told = context.Time.GetTimestamp();
                context.Messages.Note($"{Amounts.Count(blobs, "blob")} copied, {Amounts.Bytes(bytes)}");
            }
        };
    }

    private static void WriteText(MirrorDocument mirror, TextWriter writer)
    {
        string copied = mirror.DryRun ? "would be copied" : "copied";
        writer.WriteLine(
            $"{Amounts.Count(mirror.CopiedBlobs, "blob")} {copied} to {mirror.Target}, {Amounts.Bytes(mirror.CopiedBytes)}"
        );
        if (mirror.CheckedBlobs > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(mirror.CheckedBlobs, "blob")} compared by their hashes, "
                    + $"{Amounts.Count(mirror.DifferentBlobs)} of them different"
            );
        }

        if (mirror.ExtraBlobs > 0)
        {
            writer.WriteLine(
                $"{Amounts.Count(mirror.ExtraBlobs, "blob")} ({Amounts.Bytes(mirror.ExtraBytes)}) that the source has pruned "
                    + "stay there"
            );
        }

        writer.WriteLine($"head of the log there: entry {mirror.Head.Sequence}, {mirror.Head.Sha256}");
    }
}
