using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>A flow that is driven to its end in the background, and what is said of that end.</summary>
/// <param name="host">Closed at the end.</param>
/// <param name="stopped">Called before that.</param>
internal sealed class DrivenFlow(CommandContext context, FlowHost host, FlowInstance begun, Action stopped)
{
    private readonly string _name = FlowHost.NameOf(begun.Id);

    public async Task RunAsync()
    {
        new RunScope(begun.Id).Enter();
        await using (host)
        {
            try
            {
                FlowInstance? ended = await host.TryDriveAsync(begun.Id, new NoProgress());
                Say(ended);
                if (ended is null)
                {
                    await TellAsync(
                        new FlowFailure(
                            ErrorKind.Configuration,
                            "abandoned: another version of abf began it and this one cannot go on",
                            IsRetryable: false
                        )
                    );
                }
            }
            catch (OperationCanceledException)
            {
                context.Messages.Note(
                    $"{_name} is interrupted; the next '{context.CommandLine("serve")}' goes on where it stopped"
                );
            }
#pragma warning disable CA1031 // The outermost frame in the background: the server goes on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                context.Messages.Error(
                    $"{_name} stopped: {Secret.Redact(e.Message)}; details: {ErrorReport.Write(e, context)}"
                );
                await TellAsync(FlowFailure.From(e));
            }
            finally
            {
                stopped();
            }
        }
    }

    /// <summary>That it stopped without an end of its own.</summary>
    private Task TellAsync(FlowFailure failure) =>
        context.Notifications.EndedAsync(begun.FlowName, begun.Id, begun.Input, result: null, failure, alarms: null);

    private void Say(FlowInstance? ended)
    {
        switch (ended)
        {
            case null:
                context.Messages.Warn(
                    $"{_name} is abandoned: another version of abf began it and this one cannot go on"
                );
                break;
            case { Status: RuntimeStatus.Completed, FlowName: nameof(DrillFlow) }
                when FlowHost.Read<DrillResult>(ended.Result!) is { Passed: false } failed:
                context.Messages.Error(
                    $"the drill of set {failed.Set} FAILED: {failed.Check.Findings.FirstOrDefault()?.Line}; "
                        + $"'abf show {failed.Set}' has all of it"
                );
                break;
            case { Status: RuntimeStatus.Completed }:
                context.Messages.Note($"{_name} is done");
                break;
            default:
                context.Messages.Error($"{_name} failed: {ended.Failure?.Message ?? "it was given up"}");
                break;
        }
    }
}
