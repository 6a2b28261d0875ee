using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// Hands rows of a catalogue on until one of them cannot be taken: the dump goes on without. What the caller reads from a
/// row itself belongs into <see cref="Try{T}"/> as well.
/// </summary>
internal sealed class GuardedRows(INodeRows inner)
{
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
        catch (Exception exception)
            when (exception is AbfException or FormatException or ArgumentException or IOException)
        {
            Fail(exception.Message);
        }
    }

    /// <param name="why">A clause.</param>
    public void Fail(string why) => Fault ??= why.TrimEnd('.');
}
