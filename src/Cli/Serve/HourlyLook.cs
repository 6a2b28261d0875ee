using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>What <c>serve</c> looks at every hour. What goes wrong is said, and the next look is another try.</summary>
/// <param name="failed">How a message about a look that failed begins: the setting, and what could not be done.</param>
internal sealed class HourlyLook(CommandContext context, string failed, Func<CancellationToken, Task> look)
{
    /// <summary>A look at once, and one every hour until it is cancelled.</summary>
    /// <param name="afterFirst">Called once, whatever the first look came to.</param>
    public async Task RunAsync(CancellationToken stop, Action? afterFirst = null)
    {
        await LookAsync(stop);
        afterFirst?.Invoke();
        while (true)
        {
            await Task.Delay(TimeSpan.FromHours(1), context.Time, stop);
            await LookAsync(stop);
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            await look(stop);
        }
        catch (AbfException e)
        {
            context.Messages.Error($"{failed}: {e.Message}");
        }
#pragma warning disable CA1031 // The server goes on, whatever one look came to.
        catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            context.Messages.Error($"{failed}: {e.Message}; details: {ErrorReport.Write(e, context)}");
        }
    }
}
