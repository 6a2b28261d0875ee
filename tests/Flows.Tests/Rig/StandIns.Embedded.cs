using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Runs them on the embedded engine, whose time leaps.</summary>
internal sealed partial class StandIns
{
    /// <summary>How long something takes that is waited for.</summary>
    public static readonly TimeSpan AWhile = TimeSpan.FromSeconds(20);

    /// <summary>The least of it that a timer takes.</summary>
    public static readonly TimeSpan SurelyWaited = AWhile;

    private readonly TempDirectory _directory = new();

    public LeapingClock Time { get; } = new(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));

    /// <param name="cancel">Raise the cancel event right after the start.</param>
    public async Task<FlowInstance> RunAsync(CancellationToken cancellationToken, bool cancel = false)
    {
        await using EmbeddedEngine engine = EmbeddedEngine.Open(
            _directory.Path,
            Catalog(),
            new EngineOptions { TimeProvider = Time, LoggerFactory = Loggers }
        );
        engine.Start(nameof(HotBackupFlow), Input, Instance);
        if (cancel)
        {
            engine.Client.TryRaiseEvent(Instance, FlowEvents.Cancel, "{}");
        }

        return await engine.RunToEndAsync(Instance, cancellationToken);
    }

    public TaskCatalog Catalog() => new(Register, NoServices.Instance, BackupTasks.Converter);

    public RecordedHistory Export() => JournalView.Export(_directory.Path, Instance);

    public void Dispose() => _directory.Dispose();
}
