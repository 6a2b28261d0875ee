using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A part of a set: what it holds, and what is said of the rest.</summary>
public sealed class RestorePartTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task The_files_of_a_pattern_come_back_as_they_were_and_the_output_says_what_did_not()
    {
        AbfResult dry = await RestoreAsync(
            "--include",
            "/contentstore/2001",
            "--include",
            "one.bin",
            "--dry-run",
            "--json"
        );
        Assert.False(Directory.Exists(Target), "nothing is written");

        AbfResult restore = await RestoreAsync("--include", "/contentstore/2001", "--include", "one.bin", "--json");

        AssertDone(restore);
        foreach (string part in (string[])["contentstore/2001", "stores/archive"])
        {
            Assert.Equal(
                await Shell.StatAsync(Path.Combine(Sample.Installation.Root, part)),
                await Shell.StatAsync(Path.Combine(Target, part))
            );
        }

        Assert.Equal(["2001"], Directory.GetDirectories(Path.Combine(Target, "contentstore")).Select(Path.GetFileName));
        Assert.Equal(
            ["contentstore", "stores"],
            Directory.GetDirectories(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        JsonElement left = restore.Json.GetProperty("leftOut");
        Assert.True(left.GetProperty("database").GetBoolean());
        Assert.Contains("keystore", left.GetProperty("roots").EnumerateArray().Select(root => root.GetString()));
        Assert.Equal(50, left.GetProperty("required").GetInt32() + restore.Json.GetProperty("required").GetInt32());
        Assert.Equal(
            (restore.Json.GetProperty("files").GetInt64(), restore.Json.GetProperty("bytes").GetInt64()),
            (dry.Json.GetProperty("files").GetInt64(), dry.Json.GetProperty("bytes").GetInt64())
        );
    }

    [Fact]
    public async Task Roots_come_back_alone_and_with_a_database_all_that_it_requires_of_them_is_looked_up()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("part", Token);

        AbfResult restore = await RestoreAsync(
            "--roots",
            "contentstore",
            "stores/archive",
            "--exclude",
            "nothing",
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password)
        );

        AssertDone(restore);
        Assert.Equal(
            ["contentstore", "stores"],
            Directory.GetDirectories(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Empty(Directory.GetFiles(Target, "nothing", SearchOption.AllDirectories));
        Assert.Contains("50 files are required, 0 are missing", restore.Out, StringComparison.Ordinal);
        Assert.Contains("left out of the set: ", restore.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("the database", restore.Out.Split("left out")[1], StringComparison.Ordinal);
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }

    [Fact]
    public async Task What_matches_nothing_is_told_before_anything_is_written()
    {
        AssertFault(
            await RestoreAsync("--include", "*.bin", "--include", "*.docx"),
            2,
            "--include '*.docx'",
            "nothing"
        );
        AssertFault(await RestoreAsync("--roots", "contentstores"), 2, "--roots 'contentstores'", "contentstore,");
        AssertFault(await RestoreAsync("--include", "2001", "--exclude", "contentstore"), 2, "leaves nothing");
        AssertFault(await RestoreAsync("--include", "[a"), 2, "--include '[a'", "]");
        AssertFault(await RestoreAsync("--include", "2001", "--overwrite"), 2, "--overwrite", "--repair");
        AssertFault(await RestoreAsync("--include", "2001", "--limit-rate", "fast"), 2, "--limit-rate 'fast'", "20MiB");
        AssertFault(
            await Abf.RunAsync(
                "restore",
                "--set",
                "latest",
                "--database-only",
                "--database",
                "postgresql://a@b/c",
                "--repair"
            ),
            2,
            "--database-only"
        );
        Assert.False(Directory.Exists(Target), "nothing is written");

        AbfResult restore = await RestoreAsync("--include", "2001", "--exclude", "*.docx", "--limit-rate", "20MiB");

        AssertDone(restore);
        Assert.Contains("--exclude '*.docx': nothing", restore.Error, StringComparison.Ordinal);
    }

    /// <summary>Another part would be restored into what was begun, and the whole would be neither.</summary>
    [Fact]
    public async Task An_unfinished_restore_of_another_part_is_not_gone_on_with()
    {
        Directory.CreateDirectory(Target);
        string marker = Path.Combine(Target, ".abf-restore");
        string? repository = JsonDocument
            .Parse(await File.ReadAllTextAsync(Path.Combine(Abf.Repository, "config", "1"), Token))
            .RootElement.GetProperty("repository")
            .GetString();
        await File.WriteAllTextAsync(
            marker,
            JsonSerializer.Serialize(
                new
                {
                    set = Sample.Set,
                    repository,
                    database = "Untouched",
                    selection = new
                    {
                        roots = Array.Empty<string>(),
                        include = new[] { "2001" },
                        exclude = Array.Empty<string>(),
                    },
                }
            ),
            Token
        );

        AssertFault(await RestoreAsync("--include", "*.bin"), 8, "another part", "'--include 2001'");
        AssertFault(await RestoreAsync("--no-database"), 8, "another part", "'--include 2001'");
        AssertFault(await RestoreAsync("--include", "2001", "--repair"), 8, "another part", "'--include 2001'");
        AssertDone(await RestoreAsync("--include", "2001"));
        Assert.False(File.Exists(marker), "it is done");
    }

    private Task<AbfResult> RestoreAsync(params string[] options) =>
        Abf.RunAsync(["restore", "--set", "latest", "--target", Target, .. options]);
}
