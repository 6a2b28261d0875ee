using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Replay.Tests;
using CsCheck;
using Microsoft.DurableTask;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>Random programs, crashed at random places between and inside transactions, end as if nothing had
/// happened.</summary>
public sealed class RandomFlowTests
{
    [Fact]
    public Task A_crash_at_any_place_does_not_change_the_result() =>
        Gen.Select(Gen.Int[0, 5].Array[1, 6], Gen.Int[1, 25].Array[1, 6])
            .SampleAsync(
                async (program, crashes) => await RunAsync(program, crashes) == await RunAsync(program, []),
                iter: 60,
                threads: 1
            );

    private static async Task<string> RunAsync(int[] program, int[] crashes)
    {
        using var stage = new Stage();
        stage
            .Activity("Work", x => x + 3)
            .Activity("Flaky", x => x % 2 == 0 ? throw new TransientException(ErrorKind.Storage, "later") : x)
            .ChildFlow(
                async (context, x) =>
                    await context.CallActivityAsync<int>("Work", await context.CallActivityAsync<int>("Work", x))
            )
            .Flow((context, input) => InterpretAsync(context, program, input));
        var pending = new Queue<int>(crashes);
        for (var started = false; ; )
        {
            var left = pending.TryDequeue(out var n) ? n : int.MaxValue;
            stage.Options = new EngineOptions
            {
                TimeProvider = new SkippingClock(),
                PollInterval = TimeSpan.FromDays(1),
                CrashPoint = () => _ = --left <= 0 ? throw new SimulatedCrashException() : 0,
            };
            try
            {
                await using var engine = stage.Open();
                if (!started)
                {
                    engine.Start(Main, 1, "one");
                    engine.Client.TryRaiseEvent("one", "go", "17");
                    started = true;
                }

                var end = await engine.RunToEndAsync("one", TestContext.Current.CancellationToken);
                return $"{end.Status} {end.Result} {end.Failure} {end.Generation} {end.CustomStatus} "
                    + string.Join(' ', JournalView.Tree(stage.StateDirectory, "one"))
                    + ' '
                    + string.Join(' ', engine.Client.CountActivities("one").Select(c => $"{c.Activity}={c.Calls}"));
            }
            catch (SimulatedCrashException) { }
        }
    }

    // Each digit is a statement; the second half of a program runs in a second generation.
    private static async Task<int> InterpretAsync(TaskOrchestrationContext context, int[] program, int sum)
    {
        foreach (var statement in program)
        {
            sum += statement switch
            {
                0 => await context.CallActivityAsync<int>("Work", sum),
                1 => (
                    await Task.WhenAll(Enumerable.Range(0, 3).Select(i => context.CallActivityAsync<int>("Work", i)))
                ).Sum(),
                2 => await context.CallSubOrchestratorAsync<int>(Child, sum),
                3 => await TimerAsync(context),
                4 => await FlakyAsync(context, sum),
                _ => context.NewGuid().ToByteArray()[3],
            };
            context.SetCustomStatus(sum);
        }

        if (sum < 40)
        {
            context.ContinueAsNew(sum + 20);
            return 0;
        }

        return sum + await context.WaitForExternalEvent<int>("go", CancellationToken.None);
    }

    private static async Task<int> TimerAsync(TaskOrchestrationContext context)
    {
        await context.CreateTimer(context.CurrentUtcDateTime.AddMinutes(5), CancellationToken.None);
        return 1;
    }

    private static async Task<int> FlakyAsync(TaskOrchestrationContext context, int input)
    {
        try
        {
            return await context.CallActivityAsync<int>(
                "Flaky",
                input,
                new RetryRule(2, TimeSpan.FromSeconds(9), 2, TimeSpan.FromMinutes(1)).Until(CancellationToken.None)
            );
        }
        catch (TaskFailedException)
        {
            return 2;
        }
    }

    private sealed class SimulatedCrashException : Exception;
}
