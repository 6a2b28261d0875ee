using System.Text;

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

    /// <summary>Reads to the end, which comes when nobody holds the other side any more. Of a line without an end, such
    /// as a server may have a tool print, the first part is kept, and the rest takes no memory.</summary>
    public async Task ReadAsync(TextReader stderr)
    {
        char[] block = new char[4096];
        var line = new StringBuilder(KeptLineLength);
        while (await stderr.ReadAsync(block) is var count && count > 0)
        {
            for (ReadOnlyMemory<char> rest = block.AsMemory(0, count); !rest.IsEmpty; )
            {
                int end = rest.Span.IndexOfAny('\r', '\n');
                ReadOnlySpan<char> part = (end < 0 ? rest : rest[..end]).Span;
                line.Append(part[..Math.Min(part.Length, KeptLineLength - line.Length)]);
                rest = end < 0 ? default : rest[(end + 1)..];
                if (end >= 0)
                {
                    Add(line);
                }
            }
        }

        Add(line);
    }

    private void Add(StringBuilder text)
    {
        string line = text.ToString().Trim();
        text.Clear();
        if (line.Length == 0)
        {
            return;
        }

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
