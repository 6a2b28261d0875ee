using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Runs them on Durable Task in this process, whose time is the world's.</summary>
internal sealed partial class StandIns
{
    /// <summary>How long something takes that is waited for.</summary>
    public static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(50);

    /// <summary>The least of it that a timer takes.</summary>
    public static readonly TimeSpan SurelyWaited = AWhile;

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <param name="cancel">Raise the cancel event right after the start.</param>
    public async Task<FlowInstance> RunAsync(CancellationToken cancellationToken, bool cancel = false)
    {
        await using TestEngine engine = await TestEngine.OpenAsync(Register, BackupTasks.Converter);
        await engine.StartAsync(nameof(HotBackupFlow), Input, Instance);
        if (cancel)
        {
            await engine.RaiseAsync(Instance, FlowEvents.Cancel, Nothing.Value);
        }

        return await engine.WaitForEndAsync(Instance, cancellationToken);
    }

    public void Dispose() { }
}
