using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>The real restore over activities that restore nothing and note their names: a set of two roots, each cut
/// into two ranges of two steps.</summary>
internal sealed class RestoreStandIns : IDisposable
{
    public const string Instance = "restore";

    public static readonly RestoreInput Input = new(
        RunId.Parse("20261122T010000Z-00000001"),
        "/restored",
        new RestoreDatabaseTarget("postgresql://restore@localhost:5432/alfresco", null, null),
        null,
        Parallelism: 2
    );

    private readonly TempDirectory _directory = new();
    private readonly LeapingClock _time = new(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>Names of activities in the order of their calls.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>What the restore of the database does before it answers.</summary>
    public Func<CancellationToken, Task> Database { get; set; } = _ => Task.CompletedTask;

    public Func<RestoreRangeInput, RestoredStep> Range { get; set; } =
        input => new RestoredStep(
            input.Paths.From is [_, 0] ? null : [input.Paths.From?[0] ?? 1, 0],
            new RestoredTotals(1, 10, UnsetAttributes.None)
        );

    public RestoreCheck Check { get; set; } = new(4, 0, []);

    public TaskCatalog Catalog() => new(Register, NoServices.Instance, BackupTasks.Converter);

    public EmbeddedEngine Open() =>
        EmbeddedEngine.Open(_directory.Path, Catalog(), new EngineOptions { TimeProvider = _time });

    public async Task<FlowInstance> RunAsync(CancellationToken cancellationToken)
    {
        await using EmbeddedEngine engine = Open();
        engine.Start(nameof(RestoreFlow), Input, Instance);
        return await engine.RunToEndAsync(Instance, cancellationToken);
    }

    public RecordedHistory Export(string instance = Instance) => JournalView.Export(_directory.Path, instance);

    public string ChildId() => JournalView.Tree(_directory.Path, Instance).First(id => id != Instance);

    public void Dispose() => _directory.Dispose();

    private void Register(DurableTaskRegistry registry)
    {
        registry.AddFlow<RestoreFlow>().AddFlow<RestoreRangeFlow>();
        Note<RestoreInput, RestorePlan>(
            nameof(PrepareRestore),
            (input, _) =>
                new RestorePlan
                {
                    Set = input.Set,
                    Roots = 2,
                    DatabaseVendor = "PostgreSQL",
                    Files = 8,
                    Bytes = 80,
                    KnownMissing = 0,
                    CarriedOver = 0,
                    Warnings = ["a warning"],
                }
        );
        Note<PlanRestoreRootInput, RestoreRoot>(
            nameof(PlanRestoreRoot),
            (input, _) =>
                new RestoreRoot(
                    $"root{input.Number}",
                    StandIns.SomeContent,
                    ChunkClass.Content,
                    [
                        [9],
                    ]
                )
        );
        Note<RestoreRangeInput, RestoredStep>(nameof(RestoreRange), (input, _) => Range(input));
        Note<RestoreDirectoriesInput, RestoredDirectories>(
            nameof(RestoreDirectories),
            (_, _) => new RestoredDirectories(RestoredTotals.None, 0, [])
        );
        registry.AddActivity(
            nameof(RestoreDatabase),
            new StandIn<RestoreInput, RestoredDatabase>(
                async (_, stop) =>
                {
                    _calls.Enqueue(nameof(RestoreDatabase));
                    await Database(stop);
                    return new RestoredDatabase([]);
                }
            )
        );
        Note<CheckRestoredInput, RestoreCheck>(nameof(CheckRestored), (_, _) => Check);
        Note<RestoreInput, UnsetAttributes>(nameof(FinishRestore), (_, _) => UnsetAttributes.None);

        void Note<TInput, TOutput>(string name, Func<TInput, CancellationToken, TOutput> work) =>
            registry.AddActivity(
                name,
                new StandIn<TInput, TOutput>(
                    (input, stop) =>
                    {
                        _calls.Enqueue(name);
                        return Task.FromResult(work(input, stop));
                    }
                )
            );
    }
}
