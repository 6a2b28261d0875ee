using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Tasks;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Embedded.CrashHost;

public sealed record Batch(int Number, int Last, long Sum);

/// <summary>A small job of every shape: activities in turn and in parallel, sub-orchestrations, a timer, an event that
/// is sent, continue-as-new.</summary>
public sealed class SummingFlow : TaskOrchestrator<Batch, long>
{
    public override async Task<long> RunAsync(TaskOrchestrationContext context, Batch input)
    {
        long first = await context.CallActivityAsync<long>(CrashActivities.Square, input.Number);
        long[] parallel = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(i => context.CallActivityAsync<long>(CrashActivities.Square, (input.Number * 10) + i))
        );
        long[] children = await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(i => context.CallSubOrchestratorAsync<long>(CrashActivities.Pair, (input.Number * 100) + i))
        );
        await context.CreateTimer(context.CurrentUtcDateTime.AddMilliseconds(1), CancellationToken.None);
        context.SendEvent(context.InstanceId, "batch", input.Number);
        int number = await context.WaitForExternalEvent<int>("batch");
        long sum = input.Sum + first + parallel.Sum() + children.Sum() + number + context.NewGuid().ToByteArray()[0];
        context.SetCustomStatus(sum);
        if (input.Number < input.Last)
        {
            context.ContinueAsNew(new Batch(input.Number + 1, input.Last, sum));
        }

        return sum;
    }
}

public sealed class PairFlow : TaskOrchestrator<int, long>
{
    public override async Task<long> RunAsync(TaskOrchestrationContext context, int input) =>
        await context.CallActivityAsync<long>(CrashActivities.Square, input)
        + await context.CallActivityAsync<long>(CrashActivities.Square, input + 1);
}

public static class CrashActivities
{
    public const string Summing = "Summing";
    public const string Pair = "Pair";
    public const string Square = "Square";

    public static TaskCatalog Catalog(Action<int> onRun) =>
        new(
            registry =>
                registry
                    .AddOrchestrator<SummingFlow>(Summing)
                    .AddOrchestrator<PairFlow>(Pair)
                    .AddActivity(Square, new SquareActivity(onRun)),
            new NoServices(),
            new FlowConverter(CrashJson.Default)
        );

    private sealed class SquareActivity(Action<int> onRun) : FlowActivity<int, long>
    {
        public override Task<long> RunAsync(int input, IProgressSink progress, CancellationToken cancellationToken)
        {
            onRun(input);
            return Task.FromResult((long)input * input);
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}

[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
public sealed partial class CrashJson : JsonSerializerContext;
