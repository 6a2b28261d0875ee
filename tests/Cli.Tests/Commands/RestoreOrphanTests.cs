using System.Diagnostics;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>
/// The database's own client outlives a restore that is killed, and works on with what it has read: here it is busy for
/// an hour. The next attempt does not wait for it, does not share tables with it, and nobody has to know of it.
/// </summary>
[Trait("needs", "linux")]
public sealed class RestoreOrphanTests(
    CommittedSample sample,
    OnDemand<PostgresServer> server,
    OnDemand<MariaDbServer> maria
) : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task PostgreSQL_has_all_of_the_dump_and_only_its_commit_is_left_to_do()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("orphan", Token);
        string psql = Path.Combine(PostgresServer.BinDirectory, "psql");
        UseTool("psql", psql, $"""sed 's/^COMMIT;$/SELECT pg_sleep(3600);\n&/' | "{psql}" "$@" """);
        string[] command = Command(
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            postgres.Password
        );

        // By its name, not by its text alone: the question itself has the same text, and a connection of the pool shows
        // its last one.
        const string Sleeping =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'abf%' AND state = 'active' "
            + "AND query LIKE 'SELECT pg_sleep(3600)%' AND datname = ";
        await KillWhenAsync(
            command,
            () => CountAsync(new NpgsqlConnection(postgres.ConnectionString("postgres")), $"{Sleeping}'{database}'")
        );

        AbfResult elsewhere = await Abf.RunAsync([.. command[..4], Abf.Combine("elsewhere"), .. command[5..]]);
        AssertFault(elsewhere, 8, "--database", "another restore is running", "pg_terminate_backend(");
        AssertDone(await Abf.RunAsync(command));
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }

    [Fact]
    public async Task MariaDB_is_in_the_middle_of_the_dump()
    {
        MariaDbServer mariaDb = await maria.GetAsync();
        string source = await mariaDb.CreateDatabaseAsync("source", Token);
        string database = await mariaDb.CreateDatabaseAsync("orphan", Token);
        var installation = new SampleInstallation(
            Abf.Combine("alfresco"),
            new SampleDatabase(
                () => new MySqlConnection(mariaDb.ConnectionString(source)),
                $"jdbc:mariadb://{mariaDb.Host}:{mariaDb.Port}/{source}",
                "root",
                mariaDb.Password,
                AlfrescoSchema.MariaDb
            ),
            seed: 5
        );
        await installation.CreateAsync(Token);
        await installation.AddDocumentsAsync(20, Token);
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("of-mariadb")).AbsoluteUri;
        Abf.Config["installation"] = new JsonObject
        {
            ["name"] = "acme",
            ["globalProperties"] = installation.PropertiesFile,
            ["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" },
        };
        AssertDone(await Abf.RunAsync("init"));
        AssertDone(await Abf.RunAsync("backup"));
        string client = Tool.Find("mariadb", "mariadb-client");
        UseTool(
            "mariadb",
            client,
            $$"""
            { awk '{ print } NR > 30 && /;$/ { exit }'; echo 'DO SLEEP(3600); CREATE TABLE too_late (id INT);'; while [ ! -e "{{Abf.Combine(
                "go"
            )}}" ]; do sleep 0.05; done; } | "{{client}}" "$@"
            """
        );
        string[] command = Command($"mysql://root@{mariaDb.Host}:{mariaDb.Port}/{database}", mariaDb.Password);

        await KillWhenAsync(
            command,
            () =>
                CountAsync(
                    new MySqlConnection(mariaDb.ConnectionString("mysql")),
                    $"SELECT count(*) FROM information_schema.processlist WHERE db = '{database}' AND info LIKE '%SLEEP(3600)%'"
                )
        );

        AbfResult elsewhere = await Abf.RunAsync([.. command[..4], Abf.Combine("elsewhere"), .. command[5..]]);
        AssertFault(elsewhere, 8, "--database", "another restore is running", "KILL ");
        AssertDone(await Abf.RunAsync(command));
        Assert.Equal(
            0,
            await CountAsync(
                new MySqlConnection(mariaDb.ConnectionString("mysql")),
                $"SELECT count(*) FROM information_schema.processlist WHERE db = '{database}'"
            )
        );
        Assert.Equal(await DumpAsync(mariaDb, source), await DumpAsync(mariaDb, database));
    }

    /// <summary>The tool does something odd the first time, and is the real one ever after.</summary>
    private void UseTool(string name, string real, string once)
    {
        Shell.WriteProgram(
            Abf.Combine("odd-tools"),
            name,
            $"""
            case "$*" in *--version*|*--help*) exec "{real}" "$@";; esac
            if [ -e "{Abf.Combine("go")}" ]; then exec "{real}" "$@"; fi
            {once}
            """
        );
        Setting("database")["toolPath"] = Abf.Combine("odd-tools");
    }

    private async Task KillWhenAsync(string[] command, Func<Task<long>> isBusy)
    {
        using Process first = Abf.Start(command);
        while (await isBusy() == 0)
        {
            Assert.False(
                first.HasExited,
                first.HasExited ? await first.StandardError.ReadToEndAsync(Token) : string.Empty
            );
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }

        first.Kill();
        await first.WaitForExitAsync(Token);
        Abf.LetGo();
    }

    private static async Task<long> CountAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using (connection)
        {
            await connection.OpenAsync(Token);
            await using System.Data.Common.DbCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)(await command.ExecuteScalarAsync(Token))!;
        }
    }

    private static Task<string> DumpAsync(MariaDbServer mariaDb, string database) =>
        Shell.RunAsync(
            @"MYSQL_PWD=""$4"" mariadb-dump --no-defaults --host ""$1"" --port ""$2"" --user root --skip-comments --skip-extended-insert --hex-blob --routines ""$3"" | sort",
            mariaDb.Host,
            $"{mariaDb.Port}",
            database,
            mariaDb.Password
        );

    private string[] Command(string url, string password) =>
        [
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--database",
            url,
            "--database-password-file",
            Abf.WriteSecret("target-password", password),
        ];
}
