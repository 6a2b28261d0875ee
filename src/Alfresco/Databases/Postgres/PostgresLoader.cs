using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Loads a dump over a connection of our own, in one transaction. No client, and so nothing that a dump could make a
/// client do.
/// </summary>
internal sealed class PostgresLoader : IDisposable
{
    private const int KeptNotices = 200;

    private readonly NpgsqlConnection _session;
    private readonly DumpReader _reader = new();
    private readonly List<string> _notices = [];
    private NpgsqlCopyTextWriter? _copy;

    /// <param name="session">Opened for raw text: the dump's bytes go to the server as they are, in whatever encoding
    /// the dump sets.</param>
    public PostgresLoader(NpgsqlConnection session)
    {
        _session = session;
        _session.Notice += Keep;
    }

    /// <summary>What the server said without failing, at most 200.</summary>
    public IReadOnlyList<string> Notices => _notices;

    public Task BeginAsync(CancellationToken cancellationToken) => ExecuteAsync("BEGIN", cancellationToken);

    public Task CommitAsync(CancellationToken cancellationToken) => ExecuteAsync("COMMIT", cancellationToken);

    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        while (!piece.IsEmpty)
        {
            (DumpPart part, int taken) = _reader.Read(piece);
            piece = piece[taken..];
            switch (part)
            {
                case DumpPart.Statement:
                    await ExecuteAsync(_reader.Statement, cancellationToken);
                    break;
                case DumpPart.Copy:
                    _copy = await _session.BeginTextImportAsync(_reader.Statement, cancellationToken);
                    break;
                case DumpPart.CopyData:
                    await _copy!.BaseStream.WriteAsync(_reader.Data, cancellationToken);
                    break;
                case DumpPart.CopyEnd:
                    // Sends the end of the data; the server's refusal of a row is thrown here.
                    await _copy!.DisposeAsync();
                    _copy = null;
                    break;
            }
        }
    }

    /// <summary>
    /// The connection is its opener's, who closes it: what was not committed is undone, rows that are on their way
    /// included.
    /// </summary>
    public void Dispose() => _session.Notice -= Keep;

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        // A positional parameter, which the statement does not use: without one the driver cuts the text at semicolons
        // by rules of its own.
        await using var command = new NpgsqlCommand(sql, _session)
        {
            Parameters = { new NpgsqlParameter { Value = 0 } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        _reader.StandardStrings = _session.PostgresParameters.GetValueOrDefault("standard_conforming_strings") != "off";
    }

    private void Keep(object sender, NpgsqlNoticeEventArgs arguments)
    {
        if (_notices.Count < KeptNotices)
        {
            _notices.Add($"{arguments.Notice.Severity}: {arguments.Notice.MessageText}");
        }
    }
}
