using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>What a backup says of a source that is not as it must be, and that the set before stays as it
/// was.</summary>
public sealed class SourceFaultTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Root { get; set; } = string.Empty;

    [Fact]
    public async Task An_unreachable_database_server()
    {
        int port = FreePort.Next();
        Setting("database")["url"] = $"jdbc:postgresql://127.0.0.1:{port}/alfresco";

        AssertFault(await Abf.RunAsync("backup"), 5, "installation.database.url", $"127.0.0.1:{port}");

        await AssertOnlyTheEarlierSetStandsAsync();
        Assert.Equal("failed", (await Abf.RunAsync("status", "--json")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_wrong_database_password()
    {
        Setting("database")["passwordFile"] = Abf.WriteSecret("db-password", "guessed\n");

        AbfResult result = await Abf.RunAsync("backup");

        AssertFault(result, 5, "installation.database.passwordFile", "postgres");
        Assert.DoesNotContain("guessed", result.Error);
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task A_missing_pg_dump()
    {
        string empty = Directory.CreateDirectory(Abf.Combine("tools")).FullName;
        Setting("database")["toolPath"] = empty;

        AssertFault(await Abf.RunAsync("backup"), 5, "installation.database.toolPath", empty, "pg_dump", "install");
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    /// <summary>A stand-in reports the old version: an old pg_dump cannot be had beside a new server.</summary>
    [Fact]
    public async Task A_pg_dump_older_than_the_server()
    {
        string tools = Abf.Combine("old-tools");
        Shell.WriteProgram(tools, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.4.26'");
        Setting("database")["toolPath"] = tools;

        AssertFault(await Abf.RunAsync("backup"), 5, "installation.database.toolPath", tools, "9.4.26", "older");
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task A_missing_content_store()
    {
        Root = await Sample.CopyRootAsync(Abf);
        Directory.Move(Path.Combine(Root, "contentstore"), Path.Combine(Root, "unmounted"));

        AssertFault(await Abf.RunAsync("backup"), 5, "dir.contentstore", Path.Combine(Root, "contentstore"), "mount");
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task An_empty_content_store()
    {
        Root = await Sample.CopyRootAsync(Abf);
        Directory.Move(Path.Combine(Root, "contentstore"), Path.Combine(Root, "unmounted"));
        Directory.CreateDirectory(Path.Combine(Root, "contentstore"));

        AssertFault(
            await Abf.RunAsync("backup"),
            5,
            "dir.contentstore",
            Path.Combine(Root, "contentstore"),
            "empty",
            "mount",
            "--accept-content-loss"
        );
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task An_index_backup_that_is_absent()
    {
        Root = await Sample.CopyRootAsync(Abf);
        string index = Path.Combine(Root, "backup-lucene-indexes");
        Directory.Delete(index, recursive: true);

        AssertFault(await Abf.RunAsync("backup"), 5, "installation.index.path", index, "\"kind\": \"none\"");
        await AssertOnlyTheEarlierSetStandsAsync();
    }

    [Fact]
    public async Task An_index_backup_older_than_max_age_is_a_warning_in_the_set()
    {
        ((JsonObject)Abf.Section("installation")["index"]!)["maxAge"] = "1s";

        AbfResult result = await Abf.RunAsync("backup");

        AssertDone(result);
        Assert.Single(
            result.Error.Split('\n'),
            l =>
                l.Contains("warning: ", StringComparison.Ordinal)
                && l.Contains("installation.index.maxAge", StringComparison.Ordinal)
        );
        Assert.Contains("installation.index.maxAge", (await Abf.RunAsync("show", "latest", "--json")).Out);
    }

    [Fact]
    public async Task A_file_that_is_gone_since_the_set_before_is_carried_over_named_and_restored()
    {
        Root = await Sample.CopyRootAsync(Abf);
        string gone = RequiredFile();
        File.Delete(Path.Combine(Root, gone));

        AbfResult result = await Abf.RunAsync("backup", "--json");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains(
            "'abf show",
            Assert.Single(result.Errors).Replace($"--config {Abf.ConfigFile}", "", StringComparison.Ordinal)
        );
        JsonElement finding = Assert.Single(
            (await Abf.RunAsync("show", "latest", "--json")).Json.GetProperty("findings").EnumerateArray()
        );
        Assert.Equal("source-missing", finding.GetProperty("reason").GetString());
        Assert.Contains(gone["contentstore/".Length..], finding.ToString());

        AbfResult restored = await Abf.RunAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            Abf.Combine("restored"),
            "--no-database"
        );
        Assert.Equal(3, restored.ExitCode);
        Assert.Contains("older than its database", Assert.Single(restored.Errors), StringComparison.Ordinal);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(Sample.Installation.Root, gone), Token),
            await File.ReadAllBytesAsync(Path.Combine(Abf.Combine("restored"), gone), Token)
        );
    }

    [Fact]
    public async Task A_required_file_that_no_set_has_is_named_by_show_and_by_the_restore()
    {
        Root = await Sample.CopyRootAsync(Abf);
        string gone = RequiredFile();
        File.Delete(Path.Combine(Root, gone));
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("another")).AbsoluteUri;
        AssertDone(await Abf.RunAsync("init"));

        AbfResult backup = await Abf.RunAsync("backup", "--json");
        Assert.Equal(3, backup.ExitCode);
        Assert.Equal(
            (1, false),
            (backup.Json.GetProperty("missing").GetInt64(), backup.Json.GetProperty("consistent").GetBoolean())
        );
        JsonElement finding = Assert.Single(
            (await Abf.RunAsync("show", "latest", "--json")).Json.GetProperty("findings").EnumerateArray()
        );
        Assert.Equal("missing", finding.GetProperty("reason").GetString());
        Assert.Contains(gone["contentstore/".Length..], finding.ToString());
        Assert.Contains(gone["contentstore/".Length..], (await Abf.RunAsync("show", "latest")).Out);

        AbfResult restore = await Abf.RunAsync(
            "restore",
            "--set",
            backup.Json.GetProperty("id").GetString()!,
            "--target",
            Abf.Combine("restored"),
            "--no-database",
            "--json"
        );
        Assert.Equal(3, restore.ExitCode);
        Assert.Contains(gone["contentstore/".Length..], Assert.Single(restore.Errors));
        Assert.Equal(1, restore.Json.GetProperty("missing").GetInt64());
        Assert.False(File.Exists(Path.Combine(Abf.Combine("restored"), ".abf-restore")));
    }

    /// <summary>A document's file, relative to <c>dir.root</c>.</summary>
    private string RequiredFile() =>
        Path.GetRelativePath(
            Root,
            Directory
                .EnumerateFiles(Path.Combine(Root, "contentstore", "2024"), "*.bin", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .First()
        );
}
