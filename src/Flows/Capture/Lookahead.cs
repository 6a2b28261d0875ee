namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>A sorted stream with its head in hand, and a look further ahead where a decision needs it.</summary>
internal sealed class Lookahead<T>(IAsyncEnumerable<T> source, CancellationToken cancellationToken) : IAsyncDisposable
    where T : class
{
    private readonly IAsyncEnumerator<T> _source = source.GetAsyncEnumerator(cancellationToken);
    private readonly Queue<T> _ahead = new();
    private bool _ended;

    /// <summary>The head; null at the end, and before the first <see cref="MoveNextAsync"/>.</summary>
    public T? Current { get; private set; }

    public async ValueTask MoveNextAsync()
    {
        Current = _ahead.TryDequeue(out T? next) ? next : await PullAsync();
    }

    /// <summary>
    /// Those after the head that satisfy the condition without a gap, at most <paramref name="limit"/> of them.
    /// </summary>
    public async ValueTask<IReadOnlyList<T>> PeekWhileAsync(Func<T, bool> condition, int limit)
    {
        var found = new List<T>();
        foreach (T item in _ahead)
        {
            if (found.Count == limit || !condition(item))
            {
                return found;
            }

            found.Add(item);
        }

        while (found.Count < limit && await PullAsync() is { } item)
        {
            _ahead.Enqueue(item);
            if (!condition(item))
            {
                break;
            }

            found.Add(item);
        }

        return found;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async ValueTask<T?> PullAsync()
    {
        if (_ended || !await _source.MoveNextAsync())
        {
            _ended = true;
            return null;
        }

        return _source.Current;
    }
}
