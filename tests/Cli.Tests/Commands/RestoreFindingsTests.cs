using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A set that was sealed with findings comes back as it is, and the restore ends with the same exit code as
/// the backup did: 3.</summary>
public sealed class RestoreFindingsTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task What_is_absent_or_of_another_size_is_missing_after_the_restore_as_it_was_in_the_set()
    {
        string root = await PrepareAsync();
        string[] files = FilesOf(root);
        File.Delete(files[0]);
        await File.AppendAllTextAsync(files[1], "more", Token);
        AbfResult backup = await Abf.RunAsync("backup", "--json");
        Assert.Equal((3, 2), (backup.ExitCode, backup.Json.GetProperty("missing").GetInt32()));
        string set = backup.Json.GetProperty("id").GetString()!;
        AssertFault(await RestoreAsync("--no-database"), 2, "no set is consistent", set);

        foreach (
            string[] database in (string[][])
                [
                    ["--no-database"],
                    await DatabaseAsync(),
                ]
        )
        {
            AbfResult restore = await RestoreSetAsync(set, [.. database, "--json"]);

            Assert.Equal(3, restore.ExitCode);
            Assert.Equal(
                (50, 2),
                (restore.Json.GetProperty("required").GetInt32(), restore.Json.GetProperty("missing").GetInt32())
            );
            Assert.Contains("2 required files were missing", Assert.Single(restore.Errors));
            Assert.All(files[..2], file => Assert.Contains(Path.GetFileName(file), restore.Errors[0]));
            Assert.False(File.Exists(Path.Combine(Target, ".abf-restore")), "it is done");
            await Shell.AssertSameContentAsync(
                Path.Combine(root, "contentstore"),
                Path.Combine(Target, "contentstore")
            );
            await Shell.RunAsync("rm -rf \"$1\"", Target);
        }
    }

    [Fact]
    public async Task Where_sizes_do_not_count_they_do_not_count_after_the_restore_either()
    {
        string root = await PrepareAsync();
        Setting("content")["checkSizes"] = false;
        foreach (string file in FilesOf(root))
        {
            await File.AppendAllTextAsync(file, "padding of an encrypted store", Token);
        }

        AssertDone(await Abf.RunAsync("backup"));

        AssertDone(await RestoreAsync(await DatabaseAsync()));
    }

    [Fact]
    public async Task What_was_carried_over_from_an_earlier_set_is_there_and_is_said()
    {
        string root = await Sample.CopyRootAsync(Abf);
        string file = FilesOf(root)[0];
        byte[] content = await File.ReadAllBytesAsync(file, Token);
        File.Delete(file);
        Assert.Equal(3, (await Abf.RunAsync("backup")).ExitCode);

        AbfResult restore = await RestoreAsync("--no-database", "--json");

        Assert.Equal(3, restore.ExitCode);
        Assert.Equal(
            (0, 1),
            (restore.Json.GetProperty("missing").GetInt32(), restore.Json.GetProperty("carriedOver").GetInt32())
        );
        Assert.Contains("older than its database", Assert.Single(restore.Errors));
        Assert.Equal(
            content,
            await File.ReadAllBytesAsync(Path.Combine(Target, Path.GetRelativePath(root, file)), Token)
        );
    }

    /// <summary>A repository of its own, so that no earlier set has what this one lacks.</summary>
    private async Task<string> PrepareAsync()
    {
        string root = await Sample.CopyRootAsync(Abf);
        Abf.Section("repository")["url"] = new Uri(Abf.Combine("first-time")).AbsoluteUri;
        AssertDone(await Abf.RunAsync("init"));
        return root;
    }

    private static string[] FilesOf(string root) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(root, "contentstore"), "*.bin", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];

    private async Task<string[]> DatabaseAsync()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("findings", Token);
        return
        [
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
        ];
    }

    private Task<AbfResult> RestoreAsync(params string[] options) => RestoreSetAsync("latest", options);

    private Task<AbfResult> RestoreSetAsync(string set, params string[] options) =>
        Abf.RunAsync(["restore", "--set", set, "--target", Target, .. options]);
}
