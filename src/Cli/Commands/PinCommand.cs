using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf pin</c> and <c>abf unpin</c>: sets that are never forgotten.</summary>
internal static class PinCommand
{
    public static Command Create(CommandRunner runner)
    {
        Argument<string> set = Set();
        var reason = new Option<string?>("--reason") { Description = "Why, for people.", HelpName = "TEXT" };
        var command = new DocumentedCommand(
            "pin",
            "Keep a set from being forgotten, until it is unpinned.",
            "abf pin 20261122T201500Z-1f2e3d4c --reason upgrade",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            set,
            reason,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        async pins => new PinDocument(
                            await pins.PinAsync(
                                parsed.GetRequiredValue(set),
                                parsed.GetValue(reason) ?? string.Empty,
                                context.Stop
                            ),
                            "pinned"
                        )
                    )
            )
        );
        return command;
    }

    public static Command CreateUnpin(CommandRunner runner)
    {
        Argument<string> set = Set();
        var command = new DocumentedCommand(
            "unpin",
            "Let a set be forgotten again.",
            "abf unpin 20261122T201500Z-1f2e3d4c",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            set,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        async pins =>
                        {
                            string id = parsed.GetRequiredValue(set);
                            bool was = await pins.UnpinAsync(id, context.Stop);
                            return new PinDocument(id, was ? "unpinned" : "was not pinned");
                        }
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, Func<SetPins, Task<PinDocument>> change)
    {
        context.Load(OptionsScope.Repository);
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: true);
        PinDocument document = await change(new SetPins(environment.Flows));
        context.Result.Write(
            document,
            CliJson.Relaxed.PinDocument,
            writer => writer.WriteLine($"set {document.Id}: {document.Outcome}")
        );
        return ExitCodes.Done;
    }

    private static Argument<string> Set() => new("SET") { Description = "The set's id, or 'latest'." };
}
