using System.CommandLine;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Runs one command: sets up its output and its stop, and turns what it throws into one clear line and an exit code.
/// </summary>
internal sealed class CommandRunner(GlobalOptions globals, TolerantStream stderr)
{
    public async Task<int> RunAsync(ParseResult parsed, Func<CommandContext, Task<int>> command)
    {
        bool quiet = globals.Quiet(parsed);
        var messages = new MessageWriter(StandardStreams.Error, quiet, TimeProvider.System)
        {
            Format = globals.LogFormat(parsed),
        };
        await using Stream stdout = StandardStreams.OpenOutput();
        using var stop = new Interruption();
        var context = new CommandContext(
            globals.Config(parsed),
            messages,
            new ResultWriter(stdout, globals.Json(parsed), quiet, messages),
            stop.Token
        );
        stderr.OnFault = context.NoteLostMessages;
        try
        {
            return await command(context);
        }
        catch (OperationCanceledException) when (stop.IsRequested)
        {
            messages.Error(context.HowToGoOn is { } hint ? $"interrupted; {hint}" : "interrupted");
            return ExitCodes.Cancelled;
        }
        catch (AbfException e)
        {
            messages.Error(e.Message);
            return ExitCodes.Of(e.Kind);
        }
        catch (FlowException e)
        {
            messages.Error(e.Failure.Message);
            return ExitCodes.Of(e.Failure.Kind);
        }
#pragma warning disable CA1031 // The outermost frame: whatever else happened becomes one line and a file with details.
        catch (Exception e)
#pragma warning restore CA1031
        {
            messages.Error(
                $"unexpected {e.GetType().Name}: {Secret.Redact(e.Message)}; details: {ErrorReport.Write(e, context)}"
            );
            return ExitCodes.Unexpected;
        }
        finally
        {
            context.Dispose();
        }
    }
}
