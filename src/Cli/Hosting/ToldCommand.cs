using AlfrescoBackupFlows.Flows.Tasks;
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
}
