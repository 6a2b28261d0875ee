using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing.Sample;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What server, user and other sessions do to a dump or a restore.</summary>
[Collection(PostgresGroup.Name)]
[Trait("needs", "server")]
public sealed class PostgresSessionTests(PostgresFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_setting_of_the_user_reaches_a_dump_or_a_restore()
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            "INSERT INTO alf_content_url VALUES (77, 'store://ü', 'u', 1, 1);"
                + "CREATE TABLE odd (t timestamptz, d date, i interval, b bytea);"
                + "INSERT INTO odd VALUES ('2024-02-03 04:05:06+00', '2024-02-03', '-1 day -02:03', '\\x0aff')"
        );
        DumpRun plain = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        string target = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(
            source,
            $"""
            CREATE ROLE odd_{source} LOGIN SUPERUSER PASSWORD 'x';
            ALTER ROLE odd_{source} SET statement_timeout = 1;
            ALTER ROLE odd_{source} SET lock_timeout = 1;
            ALTER ROLE odd_{source} SET idle_in_transaction_session_timeout = 1;
            ALTER ROLE odd_{source} SET idle_session_timeout = '1s';
            ALTER ROLE odd_{source} SET client_encoding = 'LATIN1';
            ALTER ROLE odd_{source} SET DateStyle = 'German';
            ALTER ROLE odd_{source} SET IntervalStyle = 'sql_standard';
            ALTER ROLE odd_{source} SET TimeZone = 'Asia/Kolkata';
            ALTER ROLE odd_{source} SET bytea_output = 'escape';
            ALTER ROLE odd_{source} SET search_path = 'pg_temp';
            """
        );

        DatabaseConnection odd = server.Connection(source, $"odd_{source}", "x");
        DumpRun dump = await DumpRun.TakeAsync(odd.OpenSource(), Cancel);
        Assert.Equal(Lines(plain), Lines(dump));
        Assert.Equal(plain.Required, dump.Required);
        Assert.Contains(dump.Required, required => required.Url == "store://ü");

        IDatabaseTarget restore = (odd with { Database = target }).OpenTarget();
        await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Equal(plain.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
    }

    [Theory]
    [InlineData("alf_content_url")]
    [InlineData("alf_lock")]
    public async Task A_lock_is_told_while_it_lasts_and_ends_the_dump_with_the_name_of_its_holder(string table)
    {
        string source = await server.CreateAlfrescoAsync();
        await using NpgsqlConnection other = await server.OpenAsync(source);
        await using NpgsqlTransaction held = await other.BeginTransactionAsync(Cancel);
        await using (var lockTable = new NpgsqlCommand($"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", other))
        {
            await lockTable.ExecuteNonQueryAsync(Cancel);
        }

        var told = new List<string>();
        DatabaseConnection connection = server.Connection(source) with { MaxWait = TimeSpan.FromSeconds(1) };
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            DumpRun.TakeAsync(connection.OpenSource(told.Add), Cancel)
        );
        Assert.Equal(ErrorKind.Source, fault.Kind);
        string holder =
            $"a lock on public.{table} is held by process {other.ProcessID} (user 'postgres', query started ";
        Assert.Contains(holder, fault.Message, StringComparison.Ordinal);
        Assert.Contains($"pg_terminate_backend({other.ProcessID})", fault.Message, StringComparison.Ordinal);
        Assert.Contains(holder, Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_from_which_nothing_comes_is_ended()
    {
        string source = await server.CreateAlfrescoAsync();
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        using StandInTool silent = Silent("pg_dump");
        DatabaseConnection connection = server.Connection(source, toolPath: silent.Directory);
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            DumpRun.TakeAsync((connection with { MaxWait = TimeSpan.FromSeconds(0.3) }).OpenSource(), Cancel)
        );
        Assert.Contains("the dump was ended after a wait of 0.6 s", fault.Message, StringComparison.Ordinal);

        string target = await server.CreateDatabaseAsync();
        using StandInTool deaf = Silent("psql");
        connection = server.Connection(target, toolPath: deaf.Directory);
        fault = await Assert.ThrowsAsync<PermanentException>(() =>
            (connection with { MaxWait = TimeSpan.FromSeconds(0.3) }).OpenTarget().RestoreAsync(dump.WriteAsync, Cancel)
        );
        Assert.Contains("the restore was ended after a wait of 0.6 s", fault.Message, StringComparison.Ordinal);

        static StandInTool Silent(string name) =>
            new(
                name,
                $"[ \"$1\" = --version ] && exec '{Path.Combine(PostgresFixture.Bin, name)}' --version\n"
                    + "echo '--'; exec sleep 3600"
            );
    }

    [Fact]
    public async Task Rows_and_objects_that_the_user_may_not_see_are_named_before_the_dump_begins()
    {
        string source = await server.CreateAlfrescoAsync();
        string user = $"weak_{source}";
        await server.ExecuteAsync(
            source,
            $"CREATE ROLE {user} LOGIN PASSWORD 'x'; GRANT pg_read_all_data TO {user}; SELECT lo_create(4711);"
                + "CREATE TABLE hidden (id INT); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY"
        );
        IDatabaseSource weak = server.Connection(source, user, "x").OpenSource();
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() => weak.CheckAsync(Cancel));
        Assert.Contains("public.hidden", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"ALTER ROLE \"{user}\" BYPASSRLS", fault.Message, StringComparison.Ordinal);
        Assert.Contains("large objects 4711", fault.Message, StringComparison.Ordinal);

        // Where the dump meets it all the same, it is no fault that passes.
        fault = await Assert.ThrowsAsync<PermanentException>(() => DumpRun.TakeAsync(weak, Cancel));
        Assert.Contains("BYPASSRLS", fault.Message, StringComparison.Ordinal);

        await server.ExecuteAsync(source, $"ALTER ROLE {user} BYPASSRLS; GRANT SELECT ON LARGE OBJECT 4711 TO {user}");
        await weak.CheckAsync(Cancel);
        await DumpRun.TakeAsync(weak, Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_said_of_an_extension_of_somebody_else_is_left_out_and_that_is_said(bool throughPsql)
    {
        string source = await server.CreateDatabaseAsync();
        string target = await server.CreateDatabaseAsync();
        string owner = $"owner_{source}";
        string ofTheAdministrator = $"CREATE EXTENSION pg_trgm; GRANT CREATE ON SCHEMA public TO {owner}";
        await server.ExecuteAsync(source, $"CREATE ROLE {owner} LOGIN PASSWORD 'x'; {ofTheAdministrator}");
        await server.ExecuteAsync(source, $"SET ROLE {owner}; {AlfrescoSchema.PostgreSql}");
        await server.ExecuteAsync(target, ofTheAdministrator);
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        using var old = new StandInTool("psql", "echo 'psql (PostgreSQL) 15.1'");
        IDatabaseTarget restore = server
            .Connection(target, owner, "x", throughPsql ? null : old.Directory)
            .OpenTarget();
        DatabaseRestoreResult result = await restore.RestoreAsync(dump.WriteAsync, Cancel);
        Assert.Contains(
            result.Warnings,
            line =>
                line.Contains("left out", StringComparison.Ordinal)
                && line.Contains("pg_trgm", StringComparison.Ordinal)
        );
        Assert.Equal(dump.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
    }

    [Theory]
    [InlineData("pg_dump: error: connection to server at \"h\", port 1 failed: Connection refused", true)]
    [InlineData("FATAL:  the database system is starting up", true)]
    [InlineData("server closed the connection unexpectedly", true)]
    [InlineData("ERROR:  could not write to file \"base/1\": No space left on device", true)]
    [InlineData("ERROR:  could not read block 3 in file \"base/1/2\": Input/output error", true)]
    [InlineData("connection to server at \"h\", port 1 failed: FATAL:  password authentication failed", false)]
    [InlineData("ERROR:  permission denied for table x", false)]
    [InlineData("ERROR:  missing chunk number 0 for toast value 1 in pg_toast_2", false)]
    [InlineData("ERROR:  query would be affected by row-level security policy for table \"x\"", false)]
    [InlineData("pg_dump: error: something that nobody has seen", false)]
    public void Only_faults_of_connection_start_and_storage_may_pass(string said, bool mayPass) =>
        Assert.Equal(mayPass, PostgresFaults.MayPass([said]));

    private static IEnumerable<string> Lines(DumpRun dump) =>
        System
            .Text.Encoding.UTF8.GetString(dump.Sql)
            .Split('\n')
            .Where(line => !line.StartsWith("\\restrict ") && !line.StartsWith("\\unrestrict "));
}
