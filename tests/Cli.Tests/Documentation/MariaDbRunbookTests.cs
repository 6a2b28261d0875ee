using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>The statements for MariaDB in <c>docs/install.md</c> and <c>docs/restore.md</c>, typed as they stand.</summary>
[Trait("needs", "server")]
public sealed partial class MariaDbRunbookTests(OnDemand<MariaDbServer> server) : IDisposable
{
    private const string Source = "alfresco";
    private const string Restored = "alfresco_restored";

    private readonly AbfRig _abf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task The_least_rights_see_the_whole_database_and_the_restored_one_is_the_same()
    {
        const string Password = "alf-9-co";
        MariaDbServer maria = await server.GetAsync();
        string install = DocumentedCommands.Section(DocumentedCommands.Page("install.md"), "Least rights");
        string restore = DocumentedCommands.Page("restore.md");
        string moveAside = DocumentedCommands.Section(restore, "3. Move aside, never merge");

        // Alfresco, with what a dump holds besides tables.
        await maria.ExecuteAsync($"CREATE DATABASE {Source} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", null, Token);
        await TypeAsync(maria, NewUser().Match(moveAside).Groups["sql"].Value + ";", Password);
        await TypeAsync(maria, $"GRANT ALL ON {Source}.* TO 'alfresco'@'localhost';", Password);
        SampleInstallation sample = await InstallAsync(maria, Password);
        await AsAlfrescoAsync(
            "CREATE TABLE notes (id INT PRIMARY KEY); CREATE VIEW seen AS SELECT id FROM notes; "
                + "CREATE PROCEDURE tidy() DELETE FROM notes; CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1; "
                + "CREATE TRIGGER keep BEFORE DELETE ON notes FOR EACH ROW SET @kept = OLD.id; "
                + "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO CALL tidy()"
        );

        await TypeAsync(maria, SqlOf(install), "of-abf");
        await BackUpAsync(Source);

        // The disaster, and the way back.
        await TypeAsync(maria, SqlOf(moveAside), Password);
        Match option = DatabaseOption().Match(DocumentedCommands.Section(restore, "4. Restore"));
        AbfResult restored = await _abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            _abf.Combine("restored"),
            "--database",
            option
                .Groups["url"]
                .Value.Replace("localhost:3306", $"{maria.Host}:{maria.Port}", StringComparison.Ordinal),
            "--database-password-file",
            _abf.WriteSecret("alfresco-password", Password)
        );
        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.Contains(" 0 are missing", restored.Out, StringComparison.Ordinal);
        Assert.Equal(await DumpAsync(maria, Source), await DumpAsync(maria, Restored));

        // Alfresco runs on the new name, and abf has its rights there.
        string rights = SqlOf(install)
            .Split('\n')
            .Where(line => line.StartsWith("GRANT", StringComparison.Ordinal))
            .Aggregate(
                string.Empty,
                (all, line) => all + line.Replace($" {Source}.*", $" {Restored}.*", StringComparison.Ordinal)
            );
        await TypeAsync(maria, rights, "of-abf");
        await sample.RunIndexBackupJobAsync(Token);
        await BackUpAsync(Restored);

        async Task BackUpAsync(string database)
        {
            JsonObject installation = _abf.Section("installation");
            installation["globalProperties"] = sample.PropertiesFile;
            installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
            installation["database"] = new JsonObject
            {
                ["url"] = $"mariadb://{maria.Host}:{maria.Port}/{database}",
                ["username"] = "abf",
                ["passwordFile"] = _abf.WriteSecret($"abf-{database}", "of-abf"),
            };
            if (database == Source)
            {
                Assert.Equal(0, (await _abf.RunAsync("init")).ExitCode);
            }

            AbfResult backup = await _abf.RunAsync("backup");
            Assert.True(backup.ExitCode == 0, backup.Error);
            Assert.DoesNotContain("missing from the dump", backup.Error, StringComparison.Ordinal);
        }

        async Task AsAlfrescoAsync(string sql)
        {
            await using var connection = new MySqlConnection(maria.ConnectionString(Source, "alfresco", Password));
            await connection.OpenAsync(Token);
            await using var command = new MySqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Token);
        }
    }

    private async Task<SampleInstallation> InstallAsync(MariaDbServer maria, string password)
    {
        var sample = new SampleInstallation(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new MySqlConnection(maria.ConnectionString(Source, "alfresco", password)),
                $"jdbc:mariadb://{maria.Host}:{maria.Port}/{Source}",
                "alfresco",
                password,
                AlfrescoSchema.MariaDb
            ),
            seed: 7
        );
        await sample.CreateAsync(Token);
        await sample.AddDocumentsAsync(20, Token);
        return sample;
    }

    /// <summary>That of MariaDB stands after that of PostgreSQL.</summary>
    private static string SqlOf(string section) =>
        DocumentedCommands
            .Blocks(section, "sql")
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Single(block => block.Contains("'localhost'", StringComparison.Ordinal));

    /// <summary>On a server that may not know its clients by name.</summary>
    private static Task TypeAsync(MariaDbServer maria, string sql, string password) =>
        maria.ExecuteAsync(
            sql.Replace("'localhost'", "'127.0.0.1'", StringComparison.Ordinal)
                .Replace("'...'", $"'{password}'", StringComparison.Ordinal),
            null,
            Token
        );

    private static Task<string> DumpAsync(MariaDbServer maria, string database) =>
        Shell.RunAsync(
            @"MYSQL_PWD=""$4"" mariadb-dump --no-defaults --host ""$1"" --port ""$2"" --user root --skip-comments "
                + @"--skip-extended-insert --hex-blob --routines --events ""$3"" | sort",
            maria.Host,
            $"{maria.Port}",
            database,
            maria.Password
        );

    [GeneratedRegex("`(?<sql>CREATE USER 'alfresco'@'localhost' [^`]*[^`;]);?`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NewUser();

    [GeneratedRegex("`--database (?<url>mysql://[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DatabaseOption();
}
