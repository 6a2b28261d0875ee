using System.Runtime.CompilerServices;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>Does some pieces of work at once, and hands out the results in the order of the pieces.</summary>
internal static class InOrder
{
    /// <param name="atOnce">Pieces that are under way or not handed out yet.</param>
    public static async IAsyncEnumerable<TResult> RunAsync<T, TResult>(
        IAsyncEnumerable<T> pieces,
        Func<T, CancellationToken, Task<TResult>> work,
        int atOnce,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<TResult>> running = new();
        try
        {
            await foreach (T piece in pieces.WithCancellation(cancellationToken))
            {
                if (running.Count == atOnce)
                {
                    yield return await running.Dequeue();
                }

                running.Enqueue(Task.Run(() => work(piece, stop.Token), stop.Token));
            }

            while (running.TryDequeue(out Task<TResult>? next))
            {
                yield return await next;
            }
        }
        finally
        {
            // Whoever goes away leaves nothing behind that still works.
            await stop.CancelAsync();
            foreach (Task<TResult> left in running)
            {
                await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
