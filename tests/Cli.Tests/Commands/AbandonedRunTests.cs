using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>An unfinished run that is too old, or that another version began, is given up, which is said, and a new one
/// is taken at once.</summary>
[Trait("needs", "linux")]
public sealed class AbandonedRunTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    /// <summary>What a journal has where a result had another form.</summary>
    private const string OtherResult =
        "UPDATE history SET payload = '{\"roots\":[{\"name\":\"contentstore\"}],\"base\":[]}' WHERE type LIKE '%Completed' AND sequence = (SELECT min(sequence) FROM history WHERE type LIKE '%Completed')";

    [Fact]
    public async Task A_run_older_than_resumeWithin_is_abandoned_which_is_no_success_of_resume()
    {
        Abf.Config["backup"] = new System.Text.Json.Nodes.JsonObject { ["resumeWithin"] = "3h" };
        await KillAsync("pg_dump", "backup");
        string old = await ReadAsync("runs", "SELECT id FROM instance WHERE parent IS NULL");
        await ReadAsync("runs", "UPDATE instance SET created = created - 5 * 3600 * 1000");

        AbfResult resume = await Abf.RunAsync("resume", "--json");

        AssertFault(resume, 130, "abf backup");
        Assert.Contains($"the unfinished run {old} is abandoned: it is 5:00:", resume.Error);
        Assert.Contains("more than backup.resumeWithin (3:00:00)", resume.Error);
        AbfResult backup = await Abf.RunAsync("backup", "--json");
        AssertDone(backup);
        await AssertNewSetAsync(backup, old);
    }

    [Fact]
    public async Task A_run_younger_than_resumeWithin_is_not()
    {
        await KillAsync("pg_dump", "backup");
        string old = await ReadAsync("runs", "SELECT id FROM instance WHERE parent IS NULL");
        await ReadAsync("runs", "UPDATE instance SET created = created - 11 * 3600 * 1000");

        AbfResult backup = await Abf.RunAsync("backup", "--json");

        AssertDone(backup);
        Assert.Equal(old, backup.Json.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("UPDATE history SET name = 'LookAtSources' WHERE name = 'CheckSources'")]
    [InlineData(OtherResult)]
    public async Task A_backup_that_another_version_began_is_abandoned(string change)
    {
        await KillAsync("pg_dump", "backup");
        string old = await ReadAsync("runs", "SELECT id FROM instance WHERE parent IS NULL");
        await ReadAsync("runs", change);

        AbfResult backup = await Abf.RunAsync("backup", "--json");

        AssertDone(backup);
        Assert.Contains($"the unfinished run {old} is abandoned: another version of abf began it", backup.Error);
        Assert.Contains("a new run starts from the last set", backup.Error);
        await AssertNewSetAsync(backup, old);
    }

    [Theory]
    [InlineData("UPDATE history SET name = 'PrepareTarget' WHERE name = 'PrepareRestore'")]
    [InlineData(OtherResult)]
    public async Task A_restore_that_another_version_began_goes_on_all_the_same_and_keeps_its_files(string change)
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("older", Token);
        string target = Abf.Combine("restored");
        string[] command =
        [
            "restore",
            "--set",
            "latest",
            "--target",
            target,
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
        ];
        await KillAsync("psql", command);
        string files = await Shell.InodesAsync(target + "/contentstore");
        await ReadAsync("restores", change);

        AbfResult restore = await Abf.RunAsync(command);

        AssertDone(restore);
        Assert.Contains("another version of abf began the unfinished one", restore.Error);
        Assert.Equal(files, await Shell.InodesAsync(target + "/contentstore"));
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }

    private async Task KillAsync(string tool, params string[] command)
    {
        using (Process first = Abf.StartHeldAt(Setting("database"), tool, command))
        {
            await Abf.WaitUntilHeldAsync(first);
            first.Kill();
            await first.WaitForExitAsync(Token);
        }

        Abf.LetGo();
    }

    private async Task AssertNewSetAsync(AbfResult backup, string old)
    {
        string id = backup.Json.GetProperty("id").GetString()!;
        Assert.NotEqual(old, id);
        AbfResult sets = await Abf.RunAsync("sets", "--json");
        Assert.Equal([id, Sample.Set], sets.Json.EnumerateArray().Select(set => set.GetProperty("id").GetString()));
    }

    /// <summary>Works on the only journal of this kind as a stranger does; no process has it open.</summary>
    private async Task<string> ReadAsync(string kind, string sql)
    {
        string file = Assert.Single(
            Directory.GetFiles(Path.Combine(Abf.State, kind), "journal.db", SearchOption.AllDirectories)
        );
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(Token);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        object? value = await command.ExecuteScalarAsync(Token);
        return value as string ?? string.Empty;
    }
}
