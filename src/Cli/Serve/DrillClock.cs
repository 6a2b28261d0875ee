using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>Looks every hour whether a drill's time has come.</summary>
internal static class DrillClock
{
    /// <summary>Until it is cancelled.</summary>
    public static async Task RunAsync(
        CommandContext context,
        BackupApi api,
        IFlowInstances flows,
        CancellationToken stop
    )
    {
        if (context.Options.Drill.Every is null)
        {
            return;
        }

        bool isStarted = false;
        var look = new HourlyLook(
            context,
            "drill.every: the drill could not be started",
            async token => isStarted = await api.TryStartDrillAsync(flows, token) is not null
        );
        await look.RunAsync(
            stop,
            afterFirst: () =>
            {
                if (!isStarted)
                {
                    context.Messages.Note("drill.every: no drill begins now; this is looked at every hour");
                }
            }
        );
    }
}
