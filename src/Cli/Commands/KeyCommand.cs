using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf key</c>: the passphrases that open the repository, and its keys.</summary>
internal static class KeyCommand
{
    public static Command Create(CommandRunner runner) =>
        new DocumentedCommand(
            "key",
            "List, add or remove passphrases; rotate keys, seal anew, export some, or print a recovery sheet.",
            "abf key list",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            CreateList(runner),
            CreateAdd(runner),
            CreateRemove(runner),
            KeyRotateCommand.Create(runner),
            KeyResealCommand.Create(runner),
            KeyRecoverCommand.Create(runner),
            KeyExportCommand.Create(runner),
            KeySheetCommand.Create(runner),
        };

    private static DocumentedCommand CreateList(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "list",
            "List the passphrases by name.",
            "abf key list",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        );
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                async context =>
                {
                    await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
                    KeyDocument[] slots =
                    [
                        .. (await opened.Repository.Keys.ListAsync(context.Stop)).Select(s => new KeyDocument(
                            s.Id,
                            s.Name,
                            s.Created.UtcDateTime
                        )),
                    ];
                    context.Result.Write(
                        slots,
                        CliJson.Relaxed.KeyDocumentArray,
                        writer =>
                        {
                            var table = new TextTable("ID", "CREATED", "NAME");
                            foreach (KeyDocument slot in slots)
                            {
                                table.Add(slot.Id, Units.Time(slot.Created), slot.Name);
                            }

                            table.WriteTo(writer);
                        }
                    );
                    return ExitCodes.Done;
                }
            )
        );
        return command;
    }

    private static DocumentedCommand CreateAdd(CommandRunner runner)
    {
        var file = new Option<string>("--new-passphrase-file")
        {
            Description = "A file that holds the new passphrase; without it, standard input or the terminal.",
            HelpName = "FILE",
        };
        Option<bool> dryRun = DryRun.NewOption();
        var name = new Option<string>("--name")
        {
            Description = "What it is for, for 'key list'.",
            HelpName = "NAME",
            Required = true,
        };
        var command = new DocumentedCommand(
            "add",
            "Let another passphrase open the repository.",
            "abf key add --new-passphrase-file /root/second-passphrase --name safe",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            file,
            name,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                async context =>
                {
                    Secret passphrase = await NewPassphrase.ReadAsync(context, parsed.GetValue(file), file.Name);
                    await using OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context);
                    bool isDry = parsed.GetValue(dryRun);
                    KeyChange change = await opened.Repository.Keys.AddAsync(
                        passphrase,
                        parsed.GetRequiredValue(name),
                        isDry,
                        context.Stop
                    );
                    return Report(context, change, isDry ? "would be added" : "added");
                }
            )
        );
        return command;
    }

    private static DocumentedCommand CreateRemove(CommandRunner runner)
    {
        Option<bool> dryRun = DryRun.NewOption();
        var id = new Argument<string>("ID") { Description = "As 'key list' shows it." };
        var command = new DocumentedCommand(
            "remove",
            "Shut a passphrase out. The last one is kept, and so is the one in use.",
            "abf key remove 0a1b2c3d",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            id,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                async context =>
                {
                    await using OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context);
                    bool isDry = parsed.GetValue(dryRun);
                    KeyChange change = await opened.Repository.Keys.RemoveAsync(
                        parsed.GetRequiredValue(id),
                        isDry,
                        context.Stop
                    );
                    return Report(context, change, isDry ? "would be removed" : "removed");
                }
            )
        );
        return command;
    }

    private static int Report(CommandContext context, KeyChange change, string outcome)
    {
        if (change.Warning is { } warning)
        {
            context.Messages.Warn(warning);
        }

        context.Result.Write(
            new KeyChangeDocument(change.SlotId, outcome),
            CliJson.Relaxed.KeyChangeDocument,
            writer => writer.WriteLine(change.SlotId is { } id ? $"key {id}: {outcome}" : $"a key {outcome}")
        );
        return ExitCodes.Done;
    }
}
