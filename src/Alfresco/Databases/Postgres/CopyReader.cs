namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>The rows after a <c>COPY ... FROM stdin;</c>, up to the line <c>\.</c>.</summary>
internal sealed class CopyReader
{
    /// <summary>The last line, with the line end of either platform.</summary>
    private static readonly byte[] Last = "\\.\r\n"u8.ToArray();

    private int _started;
    private bool _skipsFirstLine = true;
    private bool _atLineStart;

    public ReadOnlyMemory<byte> Data { get; private set; }

    public (DumpPart Part, int Taken) Read(ReadOnlyMemory<byte> piece)
    {
        ReadOnlySpan<byte> bytes = piece.Span;
        if (_skipsFirstLine)
        {
            // What is left of the statement's own line.
            int end = bytes.IndexOf((byte)'\n');
            _skipsFirstLine = end < 0;
            _atLineStart = !_skipsFirstLine;
            return (DumpPart.None, end < 0 ? bytes.Length : end + 1);
        }

        if (_atLineStart)
        {
            return ReadLineStart(bytes[0]);
        }

        int next = bytes.IndexOf("\n\\"u8);
        int length = next >= 0 ? next + 1 : bytes.Length;
        _atLineStart = bytes[length - 1] == '\n';
        Data = piece[..length];
        return (DumpPart.CopyData, length);
    }

    /// <summary>Holds back what may become the last line.</summary>
    private (DumpPart Part, int Taken) ReadLineStart(byte next)
    {
        if (next == '\n' && _started >= 2)
        {
            _started = 0;
            _skipsFirstLine = true;
            return (DumpPart.CopyEnd, 1);
        }

        if (_started < 3 && next == Last[_started])
        {
            _started++;
            return (DumpPart.None, 1);
        }

        // An ordinary row: what was held back is its start, and the next read takes this byte.
        Data = Last.AsMemory(0, _started);
        _started = 0;
        _atLineStart = false;
        return (DumpPart.CopyData, 0);
    }
}
