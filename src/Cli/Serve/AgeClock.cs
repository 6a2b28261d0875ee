using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>Looks every hour whether the newest consistent set is older than <c>notify.maxAge</c>, and tells so: a
/// schedule that never fires fails nothing.</summary>
internal static class AgeClock
{
    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    /// <summary>Until it is cancelled. What goes wrong is said, and the next look is another try.</summary>
    public static async Task RunAsync(CommandContext context, FlowEnvironment environment, CancellationToken stop)
    {
        if (context.Options.Notify.MaxAge is not { } maxAge)
        {
            return;
        }

        var sets = new InstallationSets(environment);
        while (true)
        {
            try
            {
                await context.Notifications.LookedAtSetsAsync(
                    await sets.ListAsync(stop),
                    maxAge,
                    context.Time.GetUtcNow()
                );
            }
            catch (AbfException e)
            {
                context.Messages.Error($"notify.maxAge: the age of the newest set could not be looked at: {e.Message}");
            }
#pragma warning disable CA1031 // The server goes on, whatever one look came to.
            catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                context.Messages.Error(
                    $"notify.maxAge: the age of the newest set could not be looked at: {e.Message}; "
                        + $"details: {ErrorReport.Write(e, context)}"
                );
            }

            await Task.Delay(Look, context.Time, stop);
        }
    }
}
