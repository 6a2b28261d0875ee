using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A restore, held against its source by a stranger's tools.</summary>
public sealed class RestoreCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private static readonly (string Source, string Restored)[] Layout =
    [
        ("contentstore", "contentstore"),
        ("contentstore.deleted", "contentstore.deleted"),
        ("audit.contentstore", "audit.contentstore"),
        ("keystore", "keystore"),
        ("backup-lucene-indexes", "lucene-indexes"),
        ("stores/archive", "stores/archive"),
    ];

    private string Target => Abf.Combine("restored");

    [Fact]
    public async Task Files_and_database_come_back_as_they_were()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("restored", Token);

        AbfResult result = await RestoreAsync(
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
            "--json"
        );

        AssertDone(result);
        Assert.Equal(
            (50, 0),
            (result.Json.GetProperty("required").GetInt64(), result.Json.GetProperty("missing").GetInt64())
        );
        Assert.Equal(
            [
                "audit.contentstore",
                "configuration",
                "contentstore",
                "contentstore.deleted",
                "keystore",
                "lucene-indexes",
                "stores",
            ],
            Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        foreach ((string source, string restored) in Layout)
        {
            await Shell.AssertSameContentAsync(
                Path.Combine(Sample.Installation.Root, source),
                Path.Combine(Target, restored)
            );
            Assert.Equal(
                await Shell.StatAsync(Path.Combine(Sample.Installation.Root, source)),
                await Shell.StatAsync(Path.Combine(Target, restored))
            );
        }

        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
    }

    [Fact]
    public async Task Only_what_was_captured_comes_back()
    {
        string root = await Sample.CopyRootAsync(Abf);
        Directory.Delete(Path.Combine(root, "contentstore.deleted"), recursive: true);
        Directory.Delete(Path.Combine(root, "audit.contentstore"), recursive: true);
        Directory.Move(Path.Combine(root, "backup-lucene-indexes"), Path.Combine(root, "copy of the index"));
        Abf.Section("installation")["index"]!["path"] = Path.Combine(root, "copy of the index");
        AssertDone(await Abf.RunAsync("backup"));

        AssertDone(await RestoreAsync("--no-database"));

        Assert.Equal(
            ["configuration", "contentstore", "keystore", "lucene-indexes", "stores"],
            Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        await Shell.AssertSameContentAsync(
            Path.Combine(root, "copy of the index"),
            Path.Combine(Target, "lucene-indexes")
        );
    }

    [Fact]
    public async Task A_dry_run_makes_every_check_and_writes_nothing()
    {
        AbfResult plan = await RestoreAsync("--no-database", "--dry-run", "--json");

        AssertDone(plan);
        Assert.Equal(
            [
                "audit.contentstore",
                "configuration",
                "contentstore",
                "contentstore.deleted",
                "keystore",
                "lucene-indexes",
                "stores/archive",
            ],
            plan.Json.GetProperty("roots")
                .EnumerateArray()
                .Select(r => r.GetProperty("name").GetString())
                .Order(StringComparer.Ordinal)
        );
        Assert.False(Directory.Exists(Target));
        Assert.False(Directory.Exists(Path.Combine(Abf.State, "restores")));
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "x"), "x", Token);
        AssertFault(await RestoreAsync("--no-database", "--dry-run"), 8, Target, "not empty");
    }

    /// <summary>Root gives it all to another account; who is not root can give to himself only.</summary>
    [Fact]
    public async Task Everything_belongs_to_the_owner_that_was_asked_for()
    {
        string owner = Environment.IsPrivilegedProcess
            ? "4242:4343"
            : (await Shell.RunAsync("echo $(id -u):$(id -g)")).Trim();

        AssertDone(await RestoreAsync("--no-database", "--owner", owner));

        string owners = await Shell.RunAsync(
            "cd \"$1\"; find contentstore keystore lucene-indexes stores/archive -printf '%U:%G\\n' | sort -u",
            Target
        );
        Assert.Equal(owner, owners.Trim());
    }

    [Fact]
    public async Task Who_is_not_root_is_told_what_could_not_be_set_and_gets_all_the_rest()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Abf.WriteConfig();
            await Shell.RunAsync("chown -R 65534:65534 \"$1\"", Abf.DirectoryPath);
            Abf.Prefix = [Tool.Find("setpriv", "util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups"];
        }

        AbfResult result = await Abf.RunPlainAsync(
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--no-database",
            "--config",
            Abf.ConfigFile
        );

        AssertDone(result);
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Single(
                result.Error.Split('\n'),
                l =>
                    l.Contains("warning: could not be set as recorded: the owner of ", StringComparison.Ordinal)
                    && l.Contains("chown", StringComparison.Ordinal)
            );
        }

        await Shell.AssertSameContentAsync(Sample.Installation.Contentstore, Path.Combine(Target, "contentstore"));
        Assert.Equal(
            await StatWithoutOwnersAsync(Sample.Installation.Contentstore),
            await StatWithoutOwnersAsync(Path.Combine(Target, "contentstore"))
        );
    }

    /// <summary>Name, type, mode, time and size. A set-group-id bit for a group that one is not in is the system's to
    /// refuse.</summary>
    private static Task<string> StatWithoutOwnersAsync(string directory) =>
        Shell.RunAsync(
            @"cd ""$1""; find . -not -path ./shared \( -type d -printf '%P %y %m %T@\n' -o -printf '%P %y %m %T@ %s\n' \) | sort",
            directory
        );

    private Task<AbfResult> RestoreAsync(params string[] options) =>
        Abf.RunAsync(["restore", "--set", "latest", "--target", Target, .. options]);
}
