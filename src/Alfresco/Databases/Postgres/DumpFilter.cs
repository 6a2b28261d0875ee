namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Passes a dump on as it is, without the statements that are left out. All of these stand before the first rows, and
/// what follows is not looked at.
/// </summary>
internal sealed class DumpFilter(PostgresOmissions omissions, Func<ReadOnlyMemory<byte>, CancellationToken, Task> next)
{
    private readonly List<byte> _held = [];
    private DumpReader? _reader = new();

    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        while (_reader is { } reader && !piece.IsEmpty)
        {
            (DumpPart part, int taken) = reader.Read(piece);
            _held.AddRange(piece.Span[..taken]);
            piece = piece[taken..];
            if (part == DumpPart.None)
            {
                continue;
            }

            string statement = reader.Statement.Trim();
            if (part == DumpPart.Copy)
            {
                _reader = null;
            }
            else if (statement.StartsWith("SET standard_conforming_strings", StringComparison.Ordinal))
            {
                reader.StandardStrings = !statement.EndsWith("off", StringComparison.Ordinal);
            }

            if (part == DumpPart.Copy || !omissions.LeavesOut(statement))
            {
                await next(_held.ToArray(), cancellationToken);
            }

            _held.Clear();
        }

        if (!piece.IsEmpty)
        {
            await next(piece, cancellationToken);
        }
    }

    /// <summary>What follows the last statement of a dump without rows.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        byte[] rest = [.. _held];
        _held.Clear();
        return next(rest, cancellationToken);
    }
}
