using System.Globalization;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>Sub-orchestrations side by side.</summary>
internal static class FanOut
{
    /// <summary>
    /// Runs sub-orchestrations, at most <paramref name="parallelism"/> at once, and returns their results in the order
    /// of the inputs. Where one fails, or the flow is cancelled, those that still run are sent the cancel event: no
    /// host ends them by itself.
    /// </summary>
    /// <param name="completed">Called with each result as it comes.</param>
    public static async Task<TOutput[]> RunAsync<TInput, TOutput>(
        TaskOrchestrationContext context,
        CancelSignal cancel,
        TaskName flow,
        IReadOnlyList<TInput> inputs,
        int parallelism,
        Action<TOutput> completed
    )
    {
        var results = new Task<TOutput>[inputs.Count];
        var running = new Dictionary<Task<TOutput>, string>();
        bool isStopped = false;
        try
        {
            for (int next = 0; next < inputs.Count || running.Count > 0; )
            {
                while (next < inputs.Count && running.Count < parallelism)
                {
                    string id = NewId(context);
                    results[next] = context.CallSubOrchestratorAsync<TOutput>(
                        flow,
                        inputs[next],
                        new SubOrchestrationOptions(instanceId: id)
                    );
                    running.Add(results[next++], id);
                }

                Task<TOutput> done = await cancel.UnlessCancelledAsync(Task.WhenAny(running.Keys), Stop);
                running.Remove(done);
                completed(await done);
            }

            return await Task.WhenAll(results);
        }
        catch
        {
            Stop();
            foreach (Task<TOutput> left in running.Keys)
            {
                await cancel.EndAsync(left);
            }

            throw;
        }

        void Stop()
        {
            if (!isStopped)
            {
                isStopped = true;
                foreach (string id in running.Values)
                {
                    context.SendEvent(id, cancel.Waits ? FlowEvents.CancelAfterStep : FlowEvents.Cancel, Nothing.Value);
                }
            }
        }
    }

    /// <summary>
    /// A nightly backup leaves thousands of sub-orchestrations: that their ids begin with something of their own lets a
    /// host find the runs by the beginning of the id, without reading these.
    /// </summary>
    public static string NewId(TaskOrchestrationContext context) =>
        $"sub-{context.InstanceId}-{context.NewGuid().ToString("n", CultureInfo.InvariantCulture)}";
}
