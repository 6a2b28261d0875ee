using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>Looks every hour whether a drill's time has come.</summary>
internal static class DrillClock
{
    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    /// <summary>Until it is cancelled. What goes wrong is said, and the next look is another try.</summary>
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

        if (!await LookAsync(context, api, flows, stop))
        {
            context.Messages.Note("drill.every: no drill begins now; this is looked at every hour");
        }

        while (true)
        {
            await Task.Delay(Look, context.Time, stop);
            await LookAsync(context, api, flows, stop);
        }
    }

    /// <returns>A drill was started.</returns>
    private static async Task<bool> LookAsync(
        CommandContext context,
        BackupApi api,
        IFlowInstances flows,
        CancellationToken stop
    )
    {
        try
        {
            return await api.TryStartDrillAsync(flows, stop) is not null;
        }
        catch (AbfException e)
        {
            context.Messages.Error($"drill.every: the drill could not be started: {e.Message}");
        }
#pragma warning disable CA1031 // The server goes on, whatever one look came to.
        catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            context.Messages.Error(
                $"drill.every: the drill could not be started: {e.Message}; details: {ErrorReport.Write(e, context)}"
            );
        }

        return false;
    }
}
