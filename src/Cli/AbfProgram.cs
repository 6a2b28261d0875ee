using System.CommandLine;
using System.CommandLine.Invocation;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli;

/// <summary>The command line: which commands there are, and what a wrong one gets.</summary>
internal static class AbfProgram
{
    /// <summary>How long a message waits for a reader that has stopped reading.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var stderr = new TolerantStream(StandardStreams.OpenError(Patience));
        var stdout = new TolerantStream(StandardStreams.OpenOutput());
        if (!OperatingSystem.IsWindows())
        {
            // There the console has its own encoding, and a stream that is closed is none.
            StandardStreams.Redirect(stdout, stderr);
        }

        ParseResult parsed = CreateRoot(stderr).Parse(args);
        int exitCode = await RunAsync(parsed);
        if (stdout.Fault is { } fault && !StandardStreams.IsReaderGone(fault))
        {
            NewMessages(parsed).Error($"stdout cannot be written ({fault.Message})");
        }

        return exitCode;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        if (parsed.Action is ParseErrorAction)
        {
            MessageWriter messages = NewMessages(parsed);
            messages.Error(string.Join('\n', Faults(parsed)));

            string command =
                parsed.CommandResult.Command is RootCommand ? "abf" : $"abf {parsed.CommandResult.Command.Name}";
            messages.Error($"'{command} --help' lists what it takes");
            return (parsed.CommandResult.Command as DocumentedCommand)?.UsageCode ?? ExitCodes.Usage;
        }

        // Signals and exceptions are the runner's: it knows how to resume and which exit code a failure has.
        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
        );
    }

    /// <summary>Outside of any command, whose runner has its own.</summary>
    private static MessageWriter NewMessages(ParseResult parsed) =>
        new(StandardStreams.Error, quiet: false, TimeProvider.System)
        {
            Format = GlobalOptions.LogFormatOf(parsed.Tokens.Select(token => token.Value)),
        };

    /// <summary>A command that was misspelled is not also reported as one that was not given.</summary>
    private static IEnumerable<string> Faults(ParseResult parsed)
    {
        string[] named = [.. parsed.UnmatchedTokens.Distinct(StringComparer.Ordinal)];
        return named.Length > 0
            ? named.Select(t => $"Unrecognized command or argument '{t}'.")
            : parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal);
    }

    internal static RootCommand CreateRoot(TolerantStream stderr)
    {
        var globals = new GlobalOptions();
        var runner = new CommandRunner(globals, stderr);
        var root = new RootCommand(
            "Hot backups of Alfresco: index, database and files, in the order that loses nothing, as one proven unit. "
                + "'abf COMMAND --help' has an example and the exit codes of each."
        )
        {
            SetupCommand.Create(runner, globals),
            InitCommand.Create(runner),
            DoctorCommand.Create(runner),
            BackupCommand.Create(runner),
            ResumeCommand.Create(runner),
            StatusCommand.Create(runner),
            CancelCommand.Create(runner),
            CheckCommand.Create(runner),
            SetsCommand.Create(runner),
            ShowCommand.Create(runner),
            ReportCommand.Create(runner),
            FindCommand.Create(runner),
            ExtractCommand.Create(runner),
            DiffCommand.Create(runner),
            VerifyCommand.Create(runner),
            RestoreCommand.Create(runner),
            ExportCommand.Create(runner),
            ImportCommand.Create(runner),
            DrillCommand.Create(runner),
            ForgetCommand.Create(runner),
            PinCommand.Create(runner),
            PinCommand.CreateUnpin(runner),
            PruneCommand.Create(runner),
            RepairCommand.Create(runner),
            StatsCommand.Create(runner),
            MirrorCommand.Create(runner),
            KeyCommand.Create(runner),
            ServeCommand.Create(runner),
            ScheduleCommand.Create(runner),
            NotifyCommand.Create(runner),
            ConfigCommand.Create(runner),
            GenerateCommand.Create(runner),
        };
        globals.AddTo(root);
        DocumentedCommand.Complete(root);
        return root;
    }
}
