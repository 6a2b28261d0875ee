using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Activities;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tests.Drill;

/// <summary>The real drill over activities and restores that do nothing but say so.</summary>
internal sealed class DrillStandIns : IDisposable
{
    public const string Instance = "drill";

    private static readonly RestoreDatabaseTarget Server = new("postgresql://drill@scratch", "password", null);

    private static readonly DrillInput Input = new(
        RunId.Parse("20261122T010000Z-00000001"),
        Database: null,
        Server,
        "/scratch",
        Share: 0.01,
        Parallelism: 2
    );

    private readonly TempDirectory _directory = new();
    private EmbeddedEngine? _engine;
    private readonly LeapingClock _time = new(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));

    /// <summary>What was called, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Why the restore of the database fails; null: it does not.</summary>
    public PermanentException? DatabaseFault { get; set; }

    /// <summary>Why that of the files fails.</summary>
    public PermanentException? FilesFault { get; set; }

    public bool HasBegun { get; set; }

    /// <summary>Why nothing can be removed; null: it can.</summary>
    public PermanentException? CleanUpFault { get; set; }

    /// <summary>The call in which the drill is cancelled; null: it is not.</summary>
    public string? CancelledIn { get; set; }

    /// <summary>In place of the usual input.</summary>
    public RestoreSelection? Selection { get; set; }

    public CheckDrilledInput? Checked { get; private set; }

    public TaskCatalog Catalog() => new(Register, NoServices.Instance, BackupTasks.Converter);

    public async Task<FlowInstance> RunAsync(CancellationToken cancellationToken)
    {
        await using EmbeddedEngine engine = EmbeddedEngine.Open(
            _directory.Path,
            Catalog(),
            new EngineOptions { TimeProvider = _time }
        );
        _engine = engine;
        engine.Start(nameof(DrillFlow), Input with { Selection = Selection }, Instance);
        return await engine.RunToEndAsync(Instance, cancellationToken);
    }

    public RecordedHistory Export() => JournalView.Export(_directory.Path, Instance);

    public void Dispose() => _directory.Dispose();

    private void Register(DurableTaskRegistry registry) =>
        registry
            .AddFlow<DrillFlow>()
            .AddFlow(nameof(RestoreFlow), static () => new StandInRestore())
            .AddActivity(
                nameof(PrepareDrill),
                Say<DrillWork, DrillPlan>(
                    nameof(PrepareDrill),
                    work => new DrillPlan(Server with { Url = $"{Server.Url}/{work.DatabaseName}" }, [])
                )
            )
            .AddActivity(
                StandInRestore.Work,
                Say<RestoreInput, RestoreResult>(
                    restore => restore.DatabaseOnly ? "database" : "files",
                    restore =>
                        (restore.DatabaseOnly ? DatabaseFault : FilesFault) is { } fault
                            ? throw fault
                            : ResultOf(restore)
                )
            )
            .AddActivity(
                nameof(LookAtDrill),
                Say<RestoreInput, DrillProgress>(nameof(LookAtDrill), _ => new DrillProgress(HasBegun))
            )
            .AddActivity(
                nameof(CheckDrilled),
                Say<CheckDrilledInput, DrillCheck>(
                    nameof(CheckDrilled),
                    input =>
                    {
                        Checked = input;
                        return new DrillCheck(4, 0, 3, 1, 0, [], []);
                    }
                )
            )
            .AddActivity(
                nameof(CleanUpDrill),
                Say<CleanUpDrillInput, CleanedDrill>(
                    nameof(CleanUpDrill),
                    _ => CleanUpFault is { } fault ? throw fault : new CleanedDrill([])
                )
            )
            .AddActivity(
                nameof(RecordDrill),
                Say<DrillResult, RecordedDrill>(nameof(RecordDrill), _ => new RecordedDrill(null))
            );

    private StandIn<TInput, TOutput> Say<TInput, TOutput>(string name, Func<TInput, TOutput> answer) =>
        Say(_ => name, answer);

    private StandIn<TInput, TOutput> Say<TInput, TOutput>(Func<TInput, string> name, Func<TInput, TOutput> answer) =>
        new(
            (input, _) =>
            {
                Calls.Enqueue(name(input));
                if (name(input) == CancelledIn)
                {
                    _engine!.Client.TryRaiseEvent(Instance, FlowEvents.Cancel, "{}");
                    Calls.Enqueue($"{CancelledIn} ended");
                }

                return Task.FromResult(answer(input));
            }
        );

    private static RestoreResult ResultOf(RestoreInput restore) =>
        new()
        {
            Set = restore.Set,
            Files = restore.DatabaseOnly ? 0 : 4,
            Bytes = restore.DatabaseOnly ? 0 : 40,
            DatabaseRestored = restore.DatabaseOnly,
            Required = 4,
            Missing = 0,
            NamedMissing = [],
            CarriedOver = 0,
            Unset = UnsetAttributes.None,
            Warnings = [],
        };

    /// <summary>A restore in one activity.</summary>
    private sealed class StandInRestore : TaskOrchestrator<RestoreInput, RestoreResult>
    {
        public const string Work = "RestoreAll";

        public override async Task<RestoreResult> RunAsync(TaskOrchestrationContext context, RestoreInput input)
        {
            using var cancel = new CancelSignal(context, "cancelled");
            return await cancel.UnlessCancelledAsync(context.CallActivityAsync<RestoreResult>(Work, input));
        }
    }
}
