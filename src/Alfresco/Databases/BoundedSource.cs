namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// A source whose check ends, whatever the server does. A driver that always finds something more to read neither looks
/// at the clock nor at its cancellation token: it runs on a thread of its own, which is not waited for.
/// </summary>
internal sealed class BoundedSource(DatabaseConnection connection, IDatabaseSource inner) : IDatabaseSource
{
    /// <summary>A dozen questions about tables and rights.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public async Task<DatabaseFacts> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => inner.CheckAsync(cancellationToken), cancellationToken)
                .WaitAsync(Limit, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw OddAnswer.Explain(connection, exception);
        }
    }

    public Task<DumpResult> DumpAsync(
        Func<Stream, CancellationToken, Task> dump,
        Func<RequiredUrl, ValueTask> required,
        RowDigests? known,
        INodeRows? nodes,
        CancellationToken cancellationToken
    ) => inner.DumpAsync(dump, required, known, nodes, cancellationToken);
}
