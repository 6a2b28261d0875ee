using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Embedded.CrashHost;

public sealed record Batch(int Number, int Last, long Sum);

/// <summary>A small job of every shape: activities in turn and in parallel, sub-flows, a timer, an external event's worth of ids, continue-as-new.</summary>
public sealed class SummingFlow : IFlow<Batch, long>
{
    public static readonly FlowName<Batch, long> Name = new("Summing");

    public async Task<long> RunAsync(IFlowContext context, Batch input)
    {
        var first = await context.CallActivityAsync(CrashActivities.Square, input.Number);
        var parallel = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => context.CallActivityAsync(CrashActivities.Square, (input.Number * 10) + i)));
        var children = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => context.CallSubFlowAsync(PairFlow.Name, (input.Number * 100) + i)));
        await context.CreateTimer(context.CurrentUtcDateTime.AddMilliseconds(1), CancellationToken.None);
        var sum = input.Sum + first + parallel.Sum() + children.Sum() + context.NewGuid().ToByteArray()[0];
        context.SetCustomStatus(sum);
        if (input.Number < input.Last)
        {
            context.ContinueAsNew(new Batch(input.Number + 1, input.Last, sum));
        }

        return sum;
    }
}

public sealed class PairFlow : IFlow<int, long>
{
    public static readonly FlowName<int, long> Name = new("Pair");

    public async Task<long> RunAsync(IFlowContext context, int input) =>
        await context.CallActivityAsync(CrashActivities.Square, input) + await context.CallActivityAsync(CrashActivities.Square, input + 1);
}

public static class CrashActivities
{
    public static readonly ActivityName<int, long> Square = new("Square");

    public static FlowCatalog Catalog(Action<int> onRun) => new FlowCatalog(CrashJson.Default)
        .Add(SummingFlow.Name, new SummingFlow())
        .Add(PairFlow.Name, new PairFlow())
        .Add(Square, new SquareActivity(onRun));

    private sealed class SquareActivity(Action<int> onRun) : IActivity<int, long>
    {
        public Task<long> RunAsync(int input, ActivityContext context, CancellationToken cancellationToken)
        {
            onRun(input);
            return Task.FromResult((long)input * input);
        }
    }
}

[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
public sealed partial class CrashJson : JsonSerializerContext;
