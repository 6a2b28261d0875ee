using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>Looks every hour whether the newest consistent set is older than <c>notify.maxAge</c>, and tells so: a
/// schedule that never fires fails nothing.</summary>
internal static class AgeClock
{
    /// <summary>Until it is cancelled.</summary>
    public static async Task RunAsync(CommandContext context, FlowEnvironment environment, CancellationToken stop)
    {
        if (context.Options.Notify.MaxAge is not { } maxAge)
        {
            return;
        }

        var sets = new InstallationSets(environment);
        var look = new HourlyLook(
            context,
            "notify.maxAge: the age of the newest set could not be looked at",
            async token =>
                await context.Notifications.LookedAtSetsAsync(
                    await sets.ListAsync(token),
                    maxAge,
                    context.Time.GetUtcNow()
                )
        );
        await look.RunAsync(stop);
    }
}
