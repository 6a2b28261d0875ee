using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf key rotate</c>: new keys for what is written from here on.</summary>
internal static class KeyRotateCommand
{
    public static Command Create(CommandRunner runner)
    {
        Option<string[]> files = PassphraseFiles();
        Option<bool> dropOthers = DropOthers();
        Option<bool> dryRun = DryRun.NewOption();
        var reseal = new Option<bool>("--reseal")
        {
            Description = "Then seal anew what is sealed under older keys, and drop these.",
        };
        Option<string?> maxRepack = PruneCommand.MaxRepack();
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
            reseal,
            maxRepack,
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
                        KeyResealCommand.OptionsOf(context, parsed.GetValue(maxRepack), parsed.GetValue(reseal)),
                        parsed.GetValue(dryRun)
                    )
            )
        );
        return command;
    }

    /// <param name="reseal">Null: what is there stays as it is.</param>
    private static async Task<int> RunAsync(
        CommandContext context,
        string[] files,
        bool dropOthers,
        PruneOptions? reseal,
        bool dryRun
    )
    {
        Secret[] passphrases = ReadPassphrases(context, files);
        KeyRotationDocument document;
        await using (OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context))
        {
            RotatedKeys rotated = await opened.Repository.KeyGenerations.RotateAsync(
                passphrases,
                dropOthers,
                dryRun,
                context.Stop
            );
            document = Describe(context, rotated, dryRun);
        }

        if (reseal is not null)
        {
            document = document with
            {
                Reseal = await KeyResealCommand.RunAsync(context, reseal, dryRun, rotates: dryRun),
            };
        }

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

        if (document.Reseal is { } reseal)
        {
            KeyResealCommand.WriteText(reseal, writer);
        }
    }

    private static KeyDocument Document(KeySlotSummary slot) => new(slot.Id, slot.Name, slot.Created.UtcDateTime);
}
