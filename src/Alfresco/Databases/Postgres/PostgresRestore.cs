using System.Text;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// The load of a dump, in one transaction: through a restricted <c>psql</c>, or over a connection of our own where that
/// one is too old to be restricted.
/// </summary>
internal sealed class PostgresRestore(DatabaseConnection connection, Action<string> tell)
{
    public async Task<DatabaseRestoreResult> RunAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        PostgresTool tool = await PostgresTool.FindAsync(connection, "psql", cancellationToken);
        await RequireFreeAsync(cancellationToken);
        return PostgresRestriction.IsKnownBy(tool.Version)
            ? await ThroughPsqlAsync(tool, writeDump, cancellationToken)
            : await OverConnectionAsync(writeDump, cancellationToken);
    }

    private string NewWorker() => connection.Mark is { } mark ? PostgresMark.Worker(mark) : PostgresSession.NewWorker();

    private async Task<DatabaseRestoreResult> ThroughPsqlAsync(
        PostgresTool tool,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        string application = NewWorker();
        await using var waits = new PostgresWaits(connection, application);
        (PostgresOmissions omissions, string settings) = await LookAsync(cancellationToken);
        ToolCommand command = tool.Command(
            connection,
            application,
            "--no-psqlrc",
            "--no-password",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--file=-"
        );
        ObservedStream? passing = null;
        ToolExit exit = await new WaitWatch(connection, tell, waits.FindHolderAsync).RunAsync(
            "the restore",
            () => waits.IsAtWork || passing is null ? TimeSpan.Zero : passing.Silence,
            stop =>
                ToolProcess.RunAsync(
                    command,
                    (input, token) =>
                    {
                        var head = new RestrictedInput(input, settings, omissions);
                        passing = new ObservedStream(
                            Stream.Null,
                            piece => new ValueTask(head.WriteAsync(piece, token))
                        );
                        return WriteAsync(head, passing, writeDump, token);
                    },
                    output: null,
                    stop
                ),
            cancellationToken
        );
        if (exit.Code == 0 && !exit.Errors.Any(PostgresDump.IsFault))
        {
            return new DatabaseRestoreResult([.. omissions.Said, .. exit.Errors]);
        }

        AbfException fault = PostgresDump.Failed(connection, tool, exit);
        return await IsInAsync(cancellationToken)
            ? new DatabaseRestoreResult([.. omissions.Said, $"the dump is in, although {fault.Message}"])
            : throw fault;
    }

    /// <summary>
    /// The transaction is ours, not <c>psql --single-transaction</c>: that one commits at the end of its input, also
    /// when the end is the death of this process. COMMIT is sent only after the dump's own last line.
    /// </summary>
    private async Task WriteAsync(
        RestrictedInput input,
        ObservedStream passing,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        await input.BeginAsync(cancellationToken);
        await writeDump(passing, cancellationToken);
        passing.BeginWait();
        await input.CommitAsync(PostgresMark.StatementOf(connection), cancellationToken);
    }

    /// <summary>A psql that knows no restriction obeys whatever stands in a dump, so it is not given any.</summary>
    private async Task<DatabaseRestoreResult> OverConnectionAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        string application = NewWorker();
        await using var waits = new PostgresWaits(connection, application);
        (PostgresOmissions omissions, _) = await LookAsync(cancellationToken);
        await using NpgsqlConnection session = await PostgresSession.OpenForRawTextAsync(
            connection,
            application,
            cancellationToken
        );
        using var loader = new PostgresLoader(session);
        try
        {
            return await new WaitWatch(connection, tell, waits.FindHolderAsync).RunAsync(
                "the restore",
                silence: null,
                stop => LoadAsync(loader, omissions, writeDump, stop),
                cancellationToken
            );
        }
        catch (NpgsqlException exception)
        {
            AbfException fault = PostgresDump.Refused(connection, exception);
            return await IsInAsync(cancellationToken)
                ? new DatabaseRestoreResult([.. omissions.Said, $"the dump is in, although {fault.Message}"])
                : throw fault;
        }
    }

    private async Task<DatabaseRestoreResult> LoadAsync(
        PostgresLoader loader,
        PostgresOmissions omissions,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        var tail = new StreamTail();
        var filter = new DumpFilter(omissions, loader.WriteAsync);
        await loader.BeginAsync(cancellationToken);
        await writeDump(new ObservedStream(Stream.Null, WriteAsync), cancellationToken);
        await filter.CompleteAsync(cancellationToken);
        if (!PostgresDump.IsComplete(tail.Bytes))
        {
            throw PostgresDump.IsTruncated();
        }

        await loader.WriteAsync(Encoding.UTF8.GetBytes($"\n{PostgresMark.StatementOf(connection)}"), cancellationToken);
        await loader.CommitAsync(cancellationToken);
        return new DatabaseRestoreResult([.. omissions.Said, .. loader.Notices]);

        ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            return new ValueTask(filter.WriteAsync(piece, cancellationToken));
        }
    }

    /// <summary>Empty, and no client of an attempt that was killed is running in it.</summary>
    private async Task RequireFreeAsync(CancellationToken cancellationToken) =>
        await PostgresSession.AskAsync(
            connection,
            async session =>
            {
                await PostgresLeftovers.RequireNoneAsync(session, connection, cancellationToken);
                await PostgresContents.RequireNoneAsync(session, connection, cancellationToken);
                return true;
            },
            cancellationToken
        );

    /// <summary>What the target refuses without a loss, and what its session is to be set to.</summary>
    private Task<(PostgresOmissions Omissions, string Settings)> LookAsync(CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session =>
                (
                    await PostgresOmissions.LookAsync(session, connection, cancellationToken),
                    await PostgresSession.SettingsForToolAsync(session, cancellationToken)
                ),
            cancellationToken
        );

    /// <summary>
    /// The database was empty, and what is in it came in one transaction: where something is, the commit was done and
    /// only its answer was lost.
    /// </summary>
    /// <exception cref="TransientException">The server cannot be asked; the next attempt asks it.</exception>
    private Task<bool> IsInAsync(CancellationToken cancellationToken) =>
        PostgresSession.AskAsync(
            connection,
            async session => await PostgresContents.FindAnyAsync(session, cancellationToken) is not null,
            cancellationToken
        );

    /// <summary>What psql is fed with: its settings, and the dump without what is left out of it.</summary>
    private sealed class RestrictedInput
    {
        private readonly Stream _psql;
        private readonly string _settings;
        private readonly PostgresRestriction _restriction;
        private readonly DumpFilter _filter;

        public RestrictedInput(Stream psql, string settings, PostgresOmissions omissions)
        {
            _psql = psql;
            _settings = settings;
            _restriction = new PostgresRestriction(psql);
            _filter = new DumpFilter(omissions, _restriction.WriteAsync);
        }

        public async Task BeginAsync(CancellationToken cancellationToken)
        {
            await _restriction.BeginAsync(cancellationToken);
            await _psql.WriteAsync(Encoding.UTF8.GetBytes($"{_settings}BEGIN;\n"), cancellationToken);
        }

        public Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
            _filter.WriteAsync(piece, cancellationToken);

        /// <param name="last">Statements that end the transaction with it.</param>
        public async Task CommitAsync(string last, CancellationToken cancellationToken)
        {
            await _filter.CompleteAsync(cancellationToken);
            await _restriction.CompleteAsync(cancellationToken);
            await _psql.WriteAsync(Encoding.UTF8.GetBytes($"\n{last}COMMIT;\n"), cancellationToken);
        }
    }
}
