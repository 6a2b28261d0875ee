using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Notifications;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The work of a command that tells how it ended, as flows do: it may run every night by itself.</summary>
internal static class ToldCommand
{
    /// <param name="isDryRun">It changes nothing, and nobody waits for it: nothing is told.</param>
    /// <param name="problemOf">What is wrong although it came to its end; null: nothing.</param>
    public static async Task<T> RunAsync<T>(
        CommandContext context,
        CommandKind command,
        bool isDryRun,
        Func<Task<T>> work,
        Func<T, FlowFailure?>? problemOf = null
    )
    {
        if (isDryRun || !context.Notifier.IsSet)
        {
            return await work();
        }

        try
        {
            T result = await work();
            await context.Notifications.CommandEndedAsync(command, problemOf?.Invoke(result));
            return result;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await context.Notifications.CommandEndedAsync(command, FlowFailure.From(e));
            throw;
        }
    }

    /// <summary>The work of a command that runs a flow: tells of a failure before the flow or beside it. How the flow itself
    /// ended is told where that is seen.</summary>
    /// <param name="isTold">Whether what is asked for is what a timer asks for, and no single set that a person named.</param>
    /// <param name="depth">Of a verification.</param>
    public static async Task<T> AroundFlowAsync<T>(
        CommandContext context,
        string flow,
        bool isTold,
        Func<Task<T>> work,
        string depth = VerifyDepths.Structure
    )
    {
        try
        {
            return await work();
        }
        catch (Exception e)
            when (isTold && e is not (FlowException or OperationCanceledException) && context.Loaded is not null)
        {
            await context.Notifications.NotStartedAsync(flow, FlowFailure.From(e), depth);
            throw;
        }
    }
}
