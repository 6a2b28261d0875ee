using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Flows.Tests.Verify;

/// <summary>The real verification over activities that look at nothing and find nothing: each part has two steps.</summary>
internal sealed class VerifyStandIns : IDisposable
{
    public const string Instance = "verify";

    public static readonly VerifyInput Input = new("20261122T010000Z-00000001", ReadData: true);

    private readonly TempDirectory _directory = new();
    private readonly LeapingClock _time = new(new DateTimeOffset(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));

    /// <summary>What a step does before it answers.</summary>
    public Func<VerifyStepInput, CancellationToken, Task> Step { get; set; } = (_, _) => Task.CompletedTask;

    public FlowCatalog CreateCatalog() => new FlowCatalog(FlowJson.Default)
        .Add(FlowNames.Verify, new VerifyFlow())
        .Add(VerifyNames.VerifyPartFlow, new VerifyPartFlow())
        .Add(VerifyNames.PlanVerify, new StandIn<VerifyInput, VerifyPlan>((_, _) => Task.FromResult(new VerifyPlan(7, VerifyReport.None))))
        .Add(VerifyNames.VerifyStep, new StandIn<VerifyStepInput, VerifiedStep>(async (step, stop) =>
        {
            await Step(step, stop);
            return new VerifiedStep(VerifyReport.None, step.After is null ? "next" : null);
        }));

    public EmbeddedEngine Open() => EmbeddedEngine.Open(_directory.Path, CreateCatalog(), new EngineOptions { TimeProvider = _time });

    public void Dispose() => _directory.Dispose();

    private sealed class StandIn<TInput, TOutput>(Func<TInput, CancellationToken, Task<TOutput>> work) : IActivity<TInput, TOutput>
    {
        public Task<TOutput> RunAsync(TInput input, ActivityContext context, CancellationToken cancellationToken) => work(input, cancellationToken);
    }
}
