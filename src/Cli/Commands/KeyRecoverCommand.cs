using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf key recover</c>: where somebody had the log name a config that is none of ours, one that opens counts again.
/// </summary>
internal static class KeyRecoverCommand
{
    public static Command Create(CommandRunner runner)
    {
        Option<bool> dryRun = DryRun.NewOption();
        var command = new DocumentedCommand(
            "recover",
            "Have a config count again that opens and holds every key, where the log names another.",
            "abf key recover --dry-run",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            dryRun,
        };
        command.SetAction(parsed => runner.RunAsync(parsed, context => RunAsync(context, parsed.GetValue(dryRun))));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool dryRun)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context, takesUnnamed: true);
        RecoveredKeys? recovered = await opened.Repository.Keys.RecoverAsync(dryRun, context.Stop);
        var document = new KeyRecoveryDocument(
            recovered is null ? "nothing to recover"
                : dryRun ? "would be recovered"
                : "recovered",
            recovered?.From,
            recovered?.Config,
            Documents(recovered?.Slots ?? [])
        );
        if (recovered is { NotInNewest.IsEmpty: false } or { OnlyInNewest.IsEmpty: false })
        {
            document = document with
            {
                Newest = recovered.Newest,
                NotInNewest = Documents(recovered.NotInNewest),
                OnlyInNewest = Documents(recovered.OnlyInNewest),
            };
        }

        context.Result.Write(
            document,
            CliJson.Relaxed.KeyRecoveryDocument,
            writer =>
            {
                writer.WriteLine(
                    recovered is null
                        ? "the config that counts opens and has every key that is needed: nothing to recover"
                        : $"config/{recovered.From}: {document.Outcome}, as config/{recovered.Config}"
                );
                foreach (KeyDocument slot in document.Keys)
                {
                    bool differs = document.NotInNewest?.Any(other => other.Id == slot.Id) == true;
                    writer.WriteLine(
                        $"key {slot.Id} ({slot.Name}): opens it"
                            + (
                                differs
                                    ? $", and not config/{document.Newest}, which is newer and lacks keys"
                                    : string.Empty
                            )
                    );
                }

                foreach (KeyDocument slot in document.OnlyInNewest ?? [])
                {
                    writer.WriteLine($"key {slot.Id} ({slot.Name}): opens config/{document.Newest} alone");
                }
            }
        );
        return ExitCodes.Done;
    }

    private static KeyDocument[] Documents(IEnumerable<KeySlotSummary> slots) =>
        [.. slots.Select(slot => new KeyDocument(slot.Id, slot.Name, slot.Created.UtcDateTime))];
}
