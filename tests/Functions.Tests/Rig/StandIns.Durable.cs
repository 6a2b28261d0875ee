using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Runs them on Durable Task, whose time is the world's.</summary>
internal sealed partial class StandIns
{
    /// <summary>How long something takes that is waited for.</summary>
    public static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(50);

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <param name="cancel">Raise the cancel event right after the start.</param>
    public async Task<FlowInstance> RunAsync(CancellationToken cancellationToken, bool cancel = false)
    {
        FlowCatalog catalog = CreateCatalog();
        await using TestEngine engine = await TestEngine.OpenAsync(catalog);
        await engine.StartAsync(FlowNames.HotBackup.Name, catalog.Write(Input), Instance);
        if (cancel)
        {
            await engine.RaiseAsync(Instance, FlowEvents.Cancel, "{}");
        }

        return await engine.WaitForEndAsync(Instance, cancellationToken);
    }

    public void Dispose()
    {
    }
}
