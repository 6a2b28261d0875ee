using System.Text;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Restores through a restricted <c>psql</c>, or over a connection of our own where that one is too old to be
/// restricted, in one transaction: a restore that fails or is killed leaves the database as empty as it was.
/// </summary>
internal sealed class PostgresTarget(DatabaseConnection connection, Action<string> tell) : IDatabaseTarget
{
    private const string Vendor = "PostgreSQL";

    public async Task<DatabaseFacts> CheckEmptyAsync(DumpOrigin dump, CancellationToken cancellationToken)
    {
        if (!string.Equals(dump.Vendor, Vendor, StringComparison.OrdinalIgnoreCase))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the set holds a dump of {dump.Vendor}, which PostgreSQL cannot load; name "
                    + $"a {dump.Vendor} database"
            );
        }

        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        var findings = new CheckFindings();
        try
        {
            await findings.TryAsync(() => RequireWritableAsync(session, cancellationToken));
            await findings.TryAsync(() => PostgresContents.RequireNoneAsync(session, connection, cancellationToken));
            await findings.TryAsync(() => RequireCreateAsync(session, cancellationToken));
            await findings.TryAsync(() => RequireVersionAsync(session, dump));
            PostgresTool? tool = null;
            await findings.TryAsync(async () =>
                tool = await PostgresTool.FindAsync(connection, "psql", cancellationToken)
            );
            findings.ThrowIfAny();
            return new DatabaseFacts(
                Vendor,
                session.PostgreSqlVersion.ToString(),
                tool!.File,
                tool.Version,
                await PostgresSession.ScalarAsync<long>(
                    session,
                    "SELECT pg_database_size(current_database())",
                    cancellationToken
                ),
                await WarnAsync(session, tool, dump, cancellationToken)
            );
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    private async Task<List<string>> WarnAsync(
        NpgsqlConnection session,
        PostgresTool tool,
        DumpOrigin dump,
        CancellationToken cancellationToken
    )
    {
        var warnings = new List<string>();
        string? encoding = await PostgresSession.ScalarAsync<string>(
            session,
            "SHOW server_encoding",
            cancellationToken
        );
        if (encoding != "UTF8")
        {
            warnings.Add(
                $"{connection.Names.Url}: database '{connection.Database}' has the encoding {encoding}; Alfresco "
                    + "expects UTF8"
            );
        }

        if (tool.Major < PostgresTool.MajorOf(session.PostgreSqlVersion.ToString()))
        {
            warnings.Add(
                $"{connection.Names.ToolPath}: {tool.File} is version {tool.Version}, older than the server's "
                    + $"{session.PostgreSqlVersion}; better use the server's own tools"
            );
        }

        if (!PostgresRestriction.IsKnownBy(dump.ToolVersion))
        {
            warnings.Add(
                $"the dump was made by pg_dump {dump.ToolVersion}, into whose dumps a hostile server could slip "
                    + "statements: "
                    + "restore it only if its server was your own; commands for the client are never run"
            );
        }

        return warnings;
    }

    public async Task<IReadOnlyList<string>> CheckDumpAsync(
        DumpOrigin dump,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        if (!string.Equals(dump.Vendor, Vendor, StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        // A server that cannot be entered is told before the dump is read, and no session waits for that.
        await (await PostgresSession.OpenAsync(connection, cancellationToken)).DisposeAsync();
        PostgresDumpNames names = await PostgresDumpNames.ReadAsync(writeDump, cancellationToken);
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            await new PostgresTargetFindings(session, connection, names).RequireNoneAsync(cancellationToken);
            return [];
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
        catch (Exception exception) when (OddAnswer.IsIn(exception))
        {
            throw OddAnswer.Explain(connection, exception);
        }
    }

    public async Task<bool> TakeOverAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            await PostgresLeftovers.EndAsync(session, connection, cancellationToken);
            return await PostgresContents.FindAnyAsync(session, cancellationToken) is null;
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    public async Task<DatabaseRestoreResult> RestoreAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        PostgresTool tool = await PostgresTool.FindAsync(connection, "psql", cancellationToken);
        await RequireFreeAsync(cancellationToken);
        return PostgresRestriction.IsKnownBy(tool.Version)
            ? await RestoreThroughPsqlAsync(tool, writeDump, cancellationToken)
            : await RestoreOverConnectionAsync(writeDump, cancellationToken);
    }

    public async Task ReadRequiredAsync(Func<RequiredUrl, ValueTask> required, CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            var tables = await PostgresTables.LookAsync(session, connection, cancellationToken);
            await tables.ReadRequiredAsync(session, required, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    private async Task<DatabaseRestoreResult> RestoreThroughPsqlAsync(
        PostgresTool tool,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        string application = PostgresSession.NewWorker();
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
    private static async Task WriteAsync(
        RestrictedInput input,
        ObservedStream passing,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        await input.BeginAsync(cancellationToken);
        await writeDump(passing, cancellationToken);
        passing.BeginWait();
        await input.CommitAsync(cancellationToken);
    }

    /// <summary>What psql is fed with: its settings, and the dump without what is left out of it.</summary>
    private sealed class RestrictedInput
    {
        private readonly Stream _psql;
        private readonly string _settings;
        private readonly PostgresRestriction _restriction;
        private readonly DumpHead _head;

        public RestrictedInput(Stream psql, string settings, PostgresOmissions omissions)
        {
            _psql = psql;
            _settings = settings;
            _restriction = new PostgresRestriction(psql);
            _head = new DumpHead(omissions, _restriction.WriteAsync);
        }

        public async Task BeginAsync(CancellationToken cancellationToken)
        {
            await _restriction.BeginAsync(cancellationToken);
            await _psql.WriteAsync(Encoding.UTF8.GetBytes($"{_settings}BEGIN;\n"), cancellationToken);
        }

        public Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
            _head.WriteAsync(piece, cancellationToken);

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            await _head.CompleteAsync(cancellationToken);
            await _restriction.CompleteAsync(cancellationToken);
            await _psql.WriteAsync("\nCOMMIT;\n"u8.ToArray(), cancellationToken);
        }
    }

    /// <summary>A psql that knows no restriction obeys whatever stands in a dump, so it is not given any.</summary>
    private async Task<DatabaseRestoreResult> RestoreOverConnectionAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        string application = PostgresSession.NewWorker();
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

    private static async Task<DatabaseRestoreResult> LoadAsync(
        PostgresLoader loader,
        PostgresOmissions omissions,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        var tail = new StreamTail();
        var head = new DumpHead(omissions, loader.WriteAsync);
        await loader.BeginAsync(cancellationToken);
        await writeDump(new ObservedStream(Stream.Null, WriteAsync), cancellationToken);
        await head.CompleteAsync(cancellationToken);
        if (!PostgresDump.IsComplete(tail.Bytes))
        {
            throw PostgresDump.IsTruncated();
        }

        await loader.CommitAsync(cancellationToken);
        return new DatabaseRestoreResult([.. omissions.Said, .. loader.Notices]);

        ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            return new ValueTask(head.WriteAsync(piece, cancellationToken));
        }
    }

    /// <summary>What the target refuses without a loss, and what its session is to be set to.</summary>
    private async Task<(PostgresOmissions Omissions, string Settings)> LookAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            return (
                await PostgresOmissions.LookAsync(session, connection, cancellationToken),
                await PostgresSession.SettingsForToolAsync(session, cancellationToken)
            );
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    /// <summary>
    /// The database was empty, and what is in it came in one transaction: where something is, the commit was heard and
    /// only its answer was not.
    /// </summary>
    /// <exception cref="TransientException">The server cannot be asked; the next attempt asks it.</exception>
    private async Task<bool> IsInAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            return await PostgresContents.FindAnyAsync(session, cancellationToken) is not null;
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    /// <summary>Empty, and no client of an attempt that was killed is at work in it.</summary>
    private async Task RequireFreeAsync(CancellationToken cancellationToken)
    {
        await using var session = await PostgresSession.OpenAsync(connection, cancellationToken);
        try
        {
            await PostgresLeftovers.RequireNoneAsync(session, connection, cancellationToken);
            await PostgresContents.RequireNoneAsync(session, connection, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw PostgresSession.Explain(connection, exception);
        }
    }

    /// <summary>Asked before the files are restored, which may take hours.</summary>
    private async Task RequireCreateAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        const string MayCreate =
            "SELECT COALESCE(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), "
            + "has_database_privilege(current_database(), 'CREATE'))";
        if (!await PostgresSession.ScalarAsync<bool>(session, MayCreate, cancellationToken))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Username} '{connection.Username}' may not create tables in database "
                    + $"'{connection.Database}' at {connection.Host}:{connection.Port}; make it the database's "
                    + "owner, or GRANT CREATE ON SCHEMA public to it"
            );
        }
    }

    /// <summary>A standby, or a database, role or server that is set to read only.</summary>
    private async Task RequireWritableAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        if (await PostgresSession.ScalarAsync<bool>(session, "SELECT pg_is_in_recovery()", cancellationToken))
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: {connection.Host}:{connection.Port} is a standby, which nothing can be written "
                    + "to; name its primary"
            );
        }

        if (
            await PostgresSession.ScalarAsync<string>(session, "SHOW default_transaction_read_only", cancellationToken)
            == "on"
        )
        {
            throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: {connection.Place} is read-only for '{connection.Username}' "
                    + "(default_transaction_read_only = on); ALTER DATABASE, ALTER ROLE or the server's configuration "
                    + "turns it off"
            );
        }
    }

    /// <summary>What a newer server's dump says, an older one mostly does not know.</summary>
    private Task RequireVersionAsync(NpgsqlConnection session, DumpOrigin dump) =>
        PostgresTool.MajorOf(session.PostgreSqlVersion.ToString()) < PostgresTool.MajorOf(dump.ServerVersion)
            ? throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the target's server {session.PostgreSqlVersion} is older than the dump's "
                    + $"{dump.ServerVersion}; name a database on a server of that version or a later one"
            )
            : Task.CompletedTask;
}
