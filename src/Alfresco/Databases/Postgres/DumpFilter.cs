namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Passes a dump on as it is, without two kinds of statements. Those that the target refuses without a loss: all of them
/// stand before the first rows. And those that begin or end a transaction, which <c>pg_dump</c> puts around large
/// objects: the whole dump is loaded in one transaction, and what ended it half-way would leave a part of a database
/// behind a failure, which then looks like all of it.
/// </summary>
internal sealed class DumpFilter(PostgresOmissions omissions, Func<ReadOnlyMemory<byte>, CancellationToken, Task> next)
{
    private readonly List<byte> _held = [];
    private readonly DumpReader _reader = new();
    private bool _isHead = true;
    private bool _isRows;

    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        while (!piece.IsEmpty)
        {
            (DumpPart part, int taken) = _reader.Read(piece);
            ReadOnlyMemory<byte> read = piece[..taken];
            piece = piece[taken..];
            if (_isRows && part is not DumpPart.None)
            {
                await PassHeldAsync(cancellationToken);
                await next(read, cancellationToken);
                _isRows = part != DumpPart.CopyEnd;
                continue;
            }

            _held.AddRange(read.Span);
            if (part is DumpPart.Statement && LeavesOut(_reader.Statement.Trim()))
            {
                _held.Clear();
            }
            else if (part is not DumpPart.None)
            {
                (_isRows, _isHead) = (part == DumpPart.Copy, _isHead && part != DumpPart.Copy);
                await PassHeldAsync(cancellationToken);
            }
        }
    }

    /// <summary>What follows the last statement.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => PassHeldAsync(cancellationToken);

    private bool LeavesOut(string statement)
    {
        if (statement.StartsWith("SET standard_conforming_strings", StringComparison.Ordinal))
        {
            _reader.StandardStrings = !statement.EndsWith("off", StringComparison.Ordinal);
        }

        return statement is "BEGIN" or "COMMIT" || (_isHead && omissions.LeavesOut(statement));
    }

    private async Task PassHeldAsync(CancellationToken cancellationToken)
    {
        if (_held.Count > 0)
        {
            byte[] held = [.. _held];
            _held.Clear();
            await next(held, cancellationToken);
        }
    }
}
