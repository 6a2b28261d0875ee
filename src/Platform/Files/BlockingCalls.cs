using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// Calls that wait for a disk, some at once: the disk serves them together. Each thread is one of its own, since the pool
/// adds threads only after a while.
/// </summary>
internal static class BlockingCalls
{
    private const int AtOnce = 8;

    /// <summary>
    /// In any order. A thread whose call fails makes no more, the others go on; then such a failure is thrown.
    /// </summary>
    public static void ForEach<T>(IReadOnlyCollection<T> items, Action<T> call)
    {
        ConcurrentQueue<T> left = new(items);
        ConcurrentQueue<ExceptionDispatchInfo> failures = [];
        List<Thread> others = [];
        try
        {
            for (int number = 1; number < Math.Min(AtOnce, items.Count); number++)
            {
                Thread thread = new(Work) { IsBackground = true, Name = "waits for a disk" };
                thread.Start();
                others.Add(thread);
            }
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // A system that gives no more threads: fewer do the same.
        }

        Work();
        others.ForEach(thread => thread.Join());
        if (failures.TryPeek(out ExceptionDispatchInfo? failure))
        {
            failure.Throw();
        }

        void Work()
        {
            try
            {
                while (left.TryDequeue(out T? item))
                {
                    call(item);
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(ExceptionDispatchInfo.Capture(e));
            }
        }
    }
}
