namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>The last lines of a tool's standard error, kept as they come.</summary>
internal sealed class ErrorLines
{
    private const int KeptLines = 200;
    private const int KeptLineLength = 2_000;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();

    /// <summary>At most 200, trimmed, none empty.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (_gate)
            {
                return _lines.ToArray();
            }
        }
    }

    /// <summary>Reads to the end, which comes when nobody holds the other side any more.</summary>
    public async Task ReadAsync(StreamReader stderr)
    {
        while (await stderr.ReadLineAsync(CancellationToken.None) is { } line)
        {
            line = line.Trim();
            if (line.Length > 0)
            {
                Add(line.Length > KeptLineLength ? line[..KeptLineLength] : line);
            }
        }
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
