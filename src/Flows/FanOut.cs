using AlfrescoBackupFlows.Flows.Engine;

namespace AlfrescoBackupFlows.Flows;

/// <summary>Child flows side by side.</summary>
internal static class FanOut
{
    /// <summary>Runs child flows, at most <paramref name="parallelism"/> at once, and returns their results in the order of the inputs.</summary>
    /// <param name="completed">Hears of each result as it comes.</param>
    /// <param name="wait">Waits for any task of the flow; where a cancel event is listened to, also for that.</param>
    public static async Task<TOutput[]> RunAsync<TInput, TOutput>(
        IFlowContext context,
        FlowName<TInput, TOutput> flow,
        IReadOnlyList<TInput> inputs,
        int parallelism,
        Action<TOutput> completed,
        Func<Task, Task>? wait = null)
    {
        var results = new Task<TOutput>[inputs.Count];
        var running = new List<Task<TOutput>>();
        for (int next = 0; next < inputs.Count || running.Count > 0;)
        {
            while (next < inputs.Count && running.Count < parallelism)
            {
                results[next] = context.CallSubFlowAsync(flow, inputs[next]);
                running.Add(results[next++]);
            }

            Task<Task<TOutput>> first = Task.WhenAny(running);
            if (wait is not null)
            {
                await wait(first);
            }

            Task<TOutput> done = await first;
            running.Remove(done);
            completed(await done);
        }

        return await Task.WhenAll(results);
    }
}
