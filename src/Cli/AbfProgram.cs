using System.CommandLine;
using System.CommandLine.Invocation;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;

namespace AlfrescoBackupFlows.Cli;

/// <summary>The command line: which commands there are, and what a wrong one gets.</summary>
internal static class AbfProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = CreateRoot().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            var messages = new MessageWriter(Console.Error, quiet: false, TimeProvider.System);
            messages.Error(string.Join('\n', Faults(parsed)));

            string command =
                parsed.CommandResult.Command is RootCommand ? "abf" : $"abf {parsed.CommandResult.Command.Name}";
            messages.Error($"'{command} --help' lists what it takes");
            return ExitCodes.Usage;
        }

        // Signals and exceptions are the runner's: it knows how to resume and which exit code a failure has.
        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
        );
    }

    /// <summary>A command that was misspelled is not also reported as one that was not given.</summary>
    private static IEnumerable<string> Faults(ParseResult parsed)
    {
        string[] named = [.. parsed.UnmatchedTokens.Distinct(StringComparer.Ordinal)];
        return named.Length > 0
            ? named.Select(t => $"Unrecognized command or argument '{t}'.")
            : parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal);
    }

    private static RootCommand CreateRoot()
    {
        var globals = new GlobalOptions();
        var runner = new CommandRunner(globals);
        var root = new RootCommand(
            "Hot backups of Alfresco: index, database and files, in the order that loses nothing, as one proven unit."
        )
        {
            InitCommand.Create(runner),
            BackupCommand.Create(runner),
            ResumeCommand.Create(runner),
            StatusCommand.Create(runner),
            CancelCommand.Create(runner),
            SetsCommand.Create(runner),
            ShowCommand.Create(runner),
            VerifyCommand.Create(runner),
            RestoreCommand.Create(runner),
            KeyCommand.Create(runner),
            ServeCommand.Create(runner),
        };
        globals.AddTo(root);
        return root;
    }
}
