using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What server, user and other sessions do to a dump or a restore.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbSessionTests(MariaDbFixture server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_setting_of_server_or_user_reaches_a_dump_or_a_restore()
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            $"CREATE TABLE odd (t TIMESTAMP NULL); INSERT INTO odd VALUES ('2024-02-03 04:05:06'); "
                + $"CREATE USER odd_{source}@'%' IDENTIFIED BY 'x' WITH MAX_STATEMENT_TIME 0.001; "
                + $"GRANT ALL ON `alfresco%`.* TO odd_{source}@'%'; GRANT ALL ON `db%`.* TO odd_{source}@'%'"
        );
        DumpRun plain = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        string target = await server.CreateDatabaseAsync();
        string[] settings =
        [
            "sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
            "time_zone = '+05:30'",
            "lock_wait_timeout = 1",
            "net_write_timeout = 1",
            "net_read_timeout = 1",
        ];
        try
        {
            foreach (string setting in settings)
            {
                await server.ExecuteAsync("mysql", $"SET GLOBAL {setting}");
            }

            DatabaseConnection odd = server.Connection(source, $"odd_{source}", "x");
            Assert.Empty((await odd.OpenSource().CheckAsync(Cancel)).Warnings);
            DumpRun dump = await DumpRun.TakeAsync(odd.OpenSource(), Cancel);
            Assert.Equal(plain.Sql, dump.Sql);
            Assert.Equal(plain.Required, dump.Required);
            IDatabaseTarget restore = (odd with { Database = target }).OpenTarget();
            await restore.RestoreAsync(dump.WriteAsync, Cancel);
            Assert.Equal(plain.Required, await DumpRun.RequiredOfAsync(restore, Cancel));
            Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
        }
        finally
        {
            foreach (string setting in settings)
            {
                await server.ExecuteAsync("mysql", $"SET GLOBAL {setting.Split(' ')[0]} = DEFAULT");
            }
        }
    }

    [Fact]
    public async Task A_server_that_gives_a_part_of_the_rows_is_refused_by_name()
    {
        string source = await server.CreateAlfrescoAsync();
        try
        {
            await server.ExecuteAsync("mysql", "SET GLOBAL sql_select_limit = 5");
            PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
                server.Connection(source).OpenSource().CheckAsync(Cancel)
            );
            Assert.Contains("at most 5 rows", fault.Message, StringComparison.Ordinal);
            Assert.Contains("sql_select_limit", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            await server.ExecuteAsync("mysql", $"SET GLOBAL sql_select_limit = {MySqlSettings.AllRows}");
        }
    }

    [Fact]
    public async Task Views_over_what_is_gone_and_hidden_routines_are_named_before_the_dump_begins()
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            $"CREATE TABLE gone (id INT); CREATE VIEW over_gone AS SELECT * FROM gone; DROP TABLE gone; "
                + "CREATE FUNCTION hidden() RETURNS INT DETERMINISTIC RETURN 1; "
                + $"CREATE USER weak_{source}@'%' IDENTIFIED BY 'x'; "
                + $"GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES, EXECUTE ON `{source}`.* TO weak_{source}@'%'"
        );
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            server.Connection(source, $"weak_{source}", "x").OpenSource().CheckAsync(Cancel)
        );
        Assert.Contains("over_gone", fault.Message, StringComparison.Ordinal);
        Assert.Contains("routines hidden", fault.Message, StringComparison.Ordinal);

        // Where the dump meets it all the same, it is no fault that passes.
        fault = await Assert.ThrowsAsync<PermanentException>(() =>
            DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel)
        );
        Assert.Contains("over_gone", fault.Message, StringComparison.Ordinal);
        Assert.Contains("drop that view", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_is_told_while_it_lasts_and_ends_the_dump_with_the_name_of_its_holder()
    {
        string source = await server.CreateAlfrescoAsync();
        await using MySqlConnection other = await server.OpenAsync(source);
        await using (var lockTable = new MySqlCommand("LOCK TABLE alf_node WRITE", other))
        {
            await lockTable.ExecuteNonQueryAsync(Cancel);
        }

        var told = new List<string>();
        DatabaseConnection connection = server.Connection(source) with { MaxWait = TimeSpan.FromSeconds(1) };
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            DumpRun.TakeAsync(connection.OpenSource(told.Add), Cancel)
        );
        Assert.Contains("a lock on alf_node", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"session {other.ServerThread} (user 'root'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("a lock on alf_node", Assert.Single(told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mariadb-dump: Got error: 2002: \"Can't connect to server\" when trying to connect", true)]
    [InlineData("mysqldump: Error 2013: Lost connection to MySQL server during query when dumping table `x`", true)]
    [InlineData("mysqldump: Got errno 28 on write", true)]
    [InlineData("ERROR 1040 (08004): Too many connections", true)]
    [InlineData("mysqldump: Couldn't execute 'SHOW FIELDS FROM `v`': View 'm.v' references ... (1356)", false)]
    [InlineData("mariadb-dump: Got error: 1045: \"Access denied for user\" when trying to connect", false)]
    [InlineData("ERROR 1146 (42S02) at line 1: Table 'm.nosuch' doesn't exist", false)]
    [InlineData("something that nobody has seen", false)]
    public void Only_faults_of_connection_start_and_storage_may_pass(string said, bool mayPass) =>
        Assert.Equal(mayPass, MySqlRefusals.CodeIn(said) is { } code && MySqlRefusals.MayPass(code));
}
