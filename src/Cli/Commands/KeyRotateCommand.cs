using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf key rotate</c>: new keys for what is written from here on.</summary>
internal static class KeyRotateCommand
{
    public static Command Create(CommandRunner runner)
    {
        Option<string[]> files = PassphraseFiles();
        Option<bool> dropOthers = DropOthers();
        Option<bool> dryRun = DryRun.NewOption();
        var command = new DocumentedCommand(
            "rotate",
            "New keys for all that is written from here on. What was written before stays readable.",
            "abf key rotate --passphrase-file /root/second-passphrase",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            files,
            dropOthers,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetValue(files) ?? [],
                        parsed.GetValue(dropOthers),
                        parsed.GetValue(dryRun)
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string[] files, bool dropOthers, bool dryRun)
    {
        Secret[] passphrases = ReadPassphrases(context, files);
        await using OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context);
        RotatedKeys rotated = await opened.Repository.Keys.RotateAsync(passphrases, dropOthers, dryRun, context.Stop);
        KeyRotationDocument document = Describe(context, rotated, dryRun);
        context.Result.Write(document, CliJson.Relaxed.KeyRotationDocument, writer => WriteText(document, writer));
        return ExitCodes.Done;
    }

    public static Option<string[]> PassphraseFiles() =>
        new("--passphrase-file")
        {
            Description = "A file with the passphrase of another slot; once for each.",
            HelpName = "FILE",
        };

    public static Option<bool> DropOthers() =>
        new("--drop-others") { Description = "Shut out every passphrase that is not given." };

    public static Secret[] ReadPassphrases(CommandContext context, IEnumerable<string> files)
    {
        SecretFile[] passphrases = [.. files.Select(path => SecretFile.Read(path, "--passphrase-file"))];
        foreach (string warning in passphrases.Select(file => file.Warning).OfType<string>())
        {
            context.Messages.Warn(warning);
        }

        return [.. passphrases.Select(file => file.Value)];
    }

    /// <summary>Its warning is said.</summary>
    public static KeyRotationDocument Describe(CommandContext context, RotatedKeys rotated, bool dryRun)
    {
        if (rotated.Warning is { } left)
        {
            context.Messages.Warn(left);
        }

        return new KeyRotationDocument(
            dryRun ? "would be rotated" : "rotated",
            rotated.Generations.Values.Max(),
            [.. rotated.Kept.Select(Document)],
            [.. rotated.Dropped.Select(Document)]
        );
    }

    public static void WriteText(KeyRotationDocument document, TextWriter writer)
    {
        writer.WriteLine($"keys: {document.Outcome}, generation {document.Generation}");
        foreach (KeyDocument slot in document.Dropped)
        {
            writer.WriteLine($"key {slot.Id} ({slot.Name}): opens nothing of it any more");
        }
    }

    private static KeyDocument Document(KeySlotSummary slot) => new(slot.Id, slot.Name, slot.Created.UtcDateTime);
}
