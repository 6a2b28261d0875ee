using System.Text.Json;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Functions;

/// <summary>
/// External events in the order in which they came, to the waiter that waits longest. Durable Task hands an event to the newest waiter, in other
/// versions to the oldest, and to one that was cancelled in vain; so here only one waits there for each name, and the flow's own waiters are served from it.
/// </summary>
internal sealed class EventInbox(TaskOrchestrationContext context)
{
    private readonly Dictionary<string, Box> _boxes = new(StringComparer.OrdinalIgnoreCase);

    public async Task<string> WaitAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Box box = _boxes.TryGetValue(name, out Box? known) ? known : _boxes[name] = new Box();
        if (box.Unclaimed.TryDequeue(out string? early))
        {
            return early;
        }

        var waiter = new TaskCompletionSource<string>();
        box.Waiters.Add(waiter);
        if (!box.Listening)
        {
            _ = ListenAsync(name, box);
        }

        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
        {
            box.Waiters.Remove(waiter);
            waiter.TrySetCanceled(cancellationToken);
        });
        return await waiter.Task;
    }

    /// <summary>Before the flow continues as new: what was taken from Durable Task and claimed by nobody is sent to this instance again.</summary>
    public void Return()
    {
        foreach ((string name, Box box) in _boxes)
        {
            foreach (string payload in box.Unclaimed)
            {
                context.SendEvent(context.InstanceId, name, Payload.Parse(payload));
            }
        }
    }

    private async Task ListenAsync(string name, Box box)
    {
        box.Listening = true;
        while (box.Waiters.Count > 0)
        {
            JsonElement? raised = await context.WaitForExternalEvent<JsonElement?>(name);
            string payload = raised?.GetRawText() ?? "null";
            if (box.Waiters.Count == 0)
            {
                box.Unclaimed.Enqueue(payload);
                break;
            }

            TaskCompletionSource<string> waiter = box.Waiters[0];
            box.Waiters.RemoveAt(0);
            waiter.SetResult(payload);
        }

        box.Listening = false;
    }

    private sealed class Box
    {
        public List<TaskCompletionSource<string>> Waiters { get; } = [];

        public Queue<string> Unclaimed { get; } = [];

        public bool Listening { get; set; }
    }
}
