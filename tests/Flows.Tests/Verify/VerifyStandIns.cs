using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tests.Verify;

/// <summary>The real verification over activities that look at nothing and find nothing: each part has two
/// steps.</summary>
internal sealed class VerifyStandIns : IDisposable
{
    public const string Instance = "verify";

    public static readonly VerifyInput Input = new(RunId.Parse("20261122T010000Z-00000001"), ReadData: true);

    private readonly TempDirectory _directory = new();
    private readonly LeapingClock _time = new(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));

    /// <summary>What a step does before it answers.</summary>
    public Func<VerifyStepInput, CancellationToken, Task> Step { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Why the outcome cannot be recorded; null: it is.</summary>
    public Exception? RecordFault { get; set; }

    public TaskCatalog Catalog() => new(Register, NoServices.Instance, BackupTasks.Converter);

    public EmbeddedEngine Open() =>
        EmbeddedEngine.Open(_directory.Path, Catalog(), new EngineOptions { TimeProvider = _time });

    public RecordedHistory Export() => JournalView.Export(_directory.Path, Instance);

    public void Dispose() => _directory.Dispose();

    private void Register(DurableTaskRegistry registry) =>
        registry
            .AddFlow<VerifyFlow>()
            .AddFlow<VerifyPartFlow>()
            .AddActivity(
                nameof(PlanVerify),
                new StandIn<VerifyInput, VerifyPlan>((_, _) => Task.FromResult(new VerifyPlan(7, VerifyReport.None)))
            )
            .AddActivity(
                nameof(VerifyStep),
                new StandIn<VerifyStepInput, VerifiedStep>(
                    async (step, stop) =>
                    {
                        await Step(step, stop);
                        return new VerifiedStep(VerifyReport.None, step.After is null ? "next" : null);
                    }
                )
            )
            .AddActivity(
                nameof(RecordVerification),
                new StandIn<RecordVerificationInput, Nothing>(
                    (_, _) => RecordFault is { } fault ? throw fault : Task.FromResult(Nothing.Value)
                )
            );
}
