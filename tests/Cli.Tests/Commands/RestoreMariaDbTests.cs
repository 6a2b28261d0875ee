using System.Diagnostics;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>From MariaDB into MariaDB, with odd names and passwords; and stopped in the middle, where tables cannot be
/// taken back by a transaction.</summary>
[Trait("needs", "server")]
public sealed class RestoreMariaDbTests(OnDemand<MariaDbServer> server) : IDisposable
{
    private const string User = "o'dd user";
    private const string OddPassword = "it's \"odd\" \\ : # % ü  two spaces ";

    private readonly AbfRig _abf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Target => _abf.Combine("restored");

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task A_restore_killed_in_the_middle_of_the_dump_begins_the_database_anew_and_ends_equal()
    {
        MariaDbServer maria = await server.GetAsync();
        string source = await maria.CreateDatabaseAsync("source", Token);
        string target = $"re st.ör-ed_{Guid.NewGuid():n}";
        await maria.ExecuteAsync($"CREATE DATABASE `{target}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", null, Token);
        await maria.ExecuteAsync(
            $"CREATE OR REPLACE USER `{User}`@'%' IDENTIFIED BY '{MySqlHelper.EscapeString(OddPassword)}'; GRANT ALL ON *.* TO `{User}`@'%'",
            null,
            Token
        );
        await BackUpAsync(maria, source);
        string url = $"mysql://{Uri.EscapeDataString(User)}@{maria.Host}:{maria.Port}/{Uri.EscapeDataString(target)}";
        string[] command =
        [
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--database",
            url,
            "--database-password-file",
            _abf.WriteSecret("target-password", OddPassword + "\n"),
        ];

        using (Process first = StartHeld(command))
        {
            await _abf.WaitUntilHeldAsync(first);
            await WaitForATableAsync(maria, target);
            first.Kill();
            await first.WaitForExitAsync(Token);
        }

        _abf.LetGo();
        AbfResult restored = await _abf.RunAsync([.. command, "--json"]);

        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.Equal(20, restored.Json.GetProperty("required").GetInt64());
        Assert.Equal(await DumpAsync(maria, source), await DumpAsync(maria, target));
        Assert.DoesNotContain(OddPassword, restored.Out + restored.Error);

        // The next one finds it filled.
        AbfResult again = await _abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            _abf.Combine("another"),
            "--database",
            url,
            "--database-password-file",
            _abf.Combine("target-password")
        );
        Assert.Equal(8, again.ExitCode);
        Assert.Contains("is not empty", Assert.Single(again.Errors));
        Assert.False(Directory.Exists(_abf.Combine("another")));
    }

    private async Task BackUpAsync(MariaDbServer maria, string database)
    {
        var sample = new SampleInstallation(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new MySqlConnection(maria.ConnectionString(database, User, OddPassword)),
                $"jdbc:mariadb://{maria.Host}:{maria.Port}/{database}",
                User,
                OddPassword,
                AlfrescoSchema.MariaDb
            ),
            seed: 5
        );
        await sample.CreateAsync(Token);
        await sample.AddDocumentsAsync(20, Token);
        JsonObject installation = _abf.Section("installation");
        installation["globalProperties"] = sample.PropertiesFile;
        installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        Assert.Equal(0, (await _abf.RunAsync("init")).ExitCode);
        AbfResult backup = await _abf.RunAsync("backup");
        Assert.True(backup.ExitCode == 0, backup.Error);
    }

    /// <summary>The client gets the first lines of the dump; then the script in front of it waits.</summary>
    private Process StartHeld(string[] command)
    {
        string client = Tool.Find("mariadb", "mariadb-client");
        Shell.WriteProgram(
            _abf.Combine("held-tools"),
            "mariadb",
            $$"""
            case "$*" in *--version*|*--help*) exec "{{client}}" "$@";; esac
            if [ -e "{{_abf.Combine("go")}}" ]; then exec "{{client}}" "$@"; fi
            { head -n 60; : >"{{_abf.Combine("held")}}"; while [ ! -e "{{_abf.Combine(
                "go"
            )}}" ]; do sleep 0.05; done; } | "{{client}}" "$@"
            """
        );
        _abf.Section("installation")["database"] = new JsonObject { ["toolPath"] = _abf.Combine("held-tools") };
        return _abf.Start(command);
    }

    /// <summary>Returns when the client has created a table of the dump, besides the mark of an unfinished
    /// restore.</summary>
    private static async Task WaitForATableAsync(MariaDbServer maria, string database)
    {
        await using var connection = new MySqlConnection(maria.ConnectionString(database));
        await connection.OpenAsync(Token);
        await using MySqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()";
        while ((long)(await command.ExecuteScalarAsync(Token))! < 2)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }
    }

    private static Task<string> DumpAsync(MariaDbServer maria, string database) =>
        Shell.RunAsync(
            @"MYSQL_PWD=""$4"" mariadb-dump --no-defaults --host ""$1"" --port ""$2"" --user root --skip-comments --skip-extended-insert --hex-blob --routines ""$3"" | sort",
            maria.Host,
            $"{maria.Port}",
            database,
            maria.Password
        );
}
