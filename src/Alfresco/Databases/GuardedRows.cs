namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// Hands rows of a catalogue on until one of them cannot be taken: the dump goes on without. What the caller reads from a
/// row itself belongs in <see cref="Try{T}"/> as well.
/// </summary>
internal sealed class GuardedRows(INodeRows inner)
{
    /// <summary>
    /// How long a question asked for rows of nodes alone may wait for a lock: who changes a table waits behind the dump, and
    /// the question would wait behind them for as long.
    /// </summary>
    public static TimeSpan LongestLock(DatabaseConnection connection) =>
        TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(5).Ticks, connection.MaxWait.Ticks));

    /// <summary>Why what was handed on is not whole; null: it is.</summary>
    public string? Fault { get; private set; }

    public RowDigests? Known => inner.Known;

    public void Try<T>(T row, Action<INodeRows, T> take)
    {
        if (Fault is not null)
        {
            return;
        }

        try
        {
            take(inner, row);
        }
#pragma warning disable CA1031 // Whatever it is, a whole dump is worth more than a catalogue.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception.Message);
        }
    }

    /// <param name="why">A clause.</param>
    public void Fail(string why) => Fault ??= why.TrimEnd('.');
}
