using System.Diagnostics;
using System.Text;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A lost or damaged pack takes what stands in it, and no more.</summary>
public sealed class RestoreLossTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private static readonly (string Source, string Restored)[] Layout =
    [
        ("contentstore", "contentstore"),
        ("contentstore.deleted", "contentstore.deleted"),
        ("audit.contentstore", "audit.contentstore"),
        ("keystore", "keystore"),
        ("stores/archive", "stores/archive"),
    ];

    private const byte ContentPack = 5;
    private const byte DumpPack = 6;

    private string Target => Abf.Combine("restored");

    private string Lost => Path.Combine(Target, "abf-lost-files.txt");

    [Fact]
    public async Task A_lost_pack_takes_its_own_files_which_are_told_beforehand_and_named_afterwards()
    {
        File.Delete(PacksOf(ContentPack).MaxBy(pack => new FileInfo(pack).Length)!);
        string[] database = await DatabaseAsync();

        AbfResult dry = await RestoreAsync([.. database, "--dry-run", "--json"]);
        AbfResult strict = await RestoreAsync([.. database, "--strict"]);
        Assert.Equal((3, 7), (dry.ExitCode, strict.ExitCode));
        Assert.Contains(strict.Errors, line => line.Contains("--strict", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Target), "nothing is written");

        AbfResult restore = await RestoreAsync([.. database, "--json"]);

        Assert.True(restore.ExitCode == 3, restore.Error);
        string[] absent = await AbsentAsync();
        Assert.NotEmpty(absent);
        Assert.Equal(absent, Named());
        Assert.Equal(absent.Length, dry.Json.GetProperty("lost").GetInt32());
        Assert.Equal(absent.Length, restore.Json.GetProperty("lost").GetInt32());
        Assert.True(restore.Json.GetProperty("database").GetBoolean());
        Assert.Equal(
            dry.Json.GetProperty("files").GetInt64() + absent.Length,
            dry.Json.GetProperty("roots").EnumerateArray().Sum(root => root.GetProperty("files").GetInt64())
        );
        Assert.Equal(
            (restore.Json.GetProperty("files").GetInt64(), restore.Json.GetProperty("bytes").GetInt64()),
            (dry.Json.GetProperty("files").GetInt64(), dry.Json.GetProperty("bytes").GetInt64())
        );
        string[] lines = await File.ReadAllLinesAsync(Lost, Token);
        Assert.StartsWith("# ", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, line => line.Contains("bring ", StringComparison.OrdinalIgnoreCase));
        Assert.All(lines[1..], line => Assert.EndsWith("is missing", line, StringComparison.Ordinal));
        Assert.Contains(restore.Errors, line => line.Contains(absent[0], StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(Target, ".abf-restore")), "it is done");
        AbfResult verify = await Abf.RunAsync("verify", "--json");
        Assert.Equal(absent.Length, verify.Json.GetProperty("lost").GetInt32());
    }

    /// <summary>Damage within a pack shows when it is read; a second attempt comes to the same list.</summary>
    [Fact]
    [Trait("needs", "linux")]
    public async Task A_restore_with_losses_that_was_killed_goes_on_and_names_the_same_files()
    {
        string pack = PacksOf(ContentPack).MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = await File.ReadAllBytesAsync(pack, Token);
        bytes.AsSpan(64, bytes.Length - 128).Clear();
        File.SetAttributes(pack, FileAttributes.Normal);
        await File.WriteAllBytesAsync(pack, bytes, Token);
        string[] command = ["restore", "--set", "latest", "--target", Target, .. await DatabaseAsync()];
        using (Process first = Abf.StartHeldAt(Setting("database"), "psql", command))
        {
            await Abf.WaitUntilHeldAsync(first);
            first.Kill();
            await first.WaitForExitAsync(Token);
        }

        Abf.LetGo();
        string[] before = Named();

        AbfResult restore = await Abf.RunAsync(command);

        Assert.True(restore.ExitCode == 3, restore.Error);
        string[] absent = await AbsentAsync();
        Assert.NotEmpty(absent);
        Assert.Equal(absent, before);
        Assert.Equal(absent, Named());
        AbfResult verify = await Abf.RunAsync("verify", "--read-data", "--json");
        Assert.Equal(absent.Length, verify.Json.GetProperty("lost").GetInt32());
    }

    [Fact]
    public async Task A_lost_dump_is_told_apart_before_anything_is_written_and_the_files_restore_without_it()
    {
        Assert.All(PacksOf(DumpPack), File.Delete);

        AbfResult restore = await RestoreAsync(await DatabaseAsync());

        AssertFault(restore, 7, "the database dump of set", "--no-database", "--database-only");
        Assert.False(Directory.Exists(Target), "nothing is written");
        AssertDone(await RestoreAsync("--no-database"));
    }

    /// <summary>The database says which documents there were. Its list of chunks is metadata, too, and what takes it takes
    /// the dump.</summary>
    [Fact]
    public async Task Lost_listings_leave_the_database_and_its_documents_are_named()
    {
        Dictionary<string, byte[]> packs = Directory
            .GetFiles(Path.Combine(Abf.Repository, "packs"), "f*", SearchOption.AllDirectories)
            .ToDictionary(pack => pack, File.ReadAllBytes);
        Assert.All(packs.Keys, File.Delete);
        AbfResult without = await RestoreAsync(await DatabaseAsync());
        AssertFault(without, 7, "the database dump of set");
        string named = packs.Keys.Single(pack =>
            without.Error.Contains(Path.GetFileName(pack), StringComparison.Ordinal)
        );
        await File.WriteAllBytesAsync(named, packs[named], Token);

        AbfResult restore = await RestoreAsync([.. await DatabaseAsync(), "--json"]);

        Assert.True(restore.ExitCode == 3, restore.Error);
        Assert.True(restore.Json.GetProperty("database").GetBoolean());
        Assert.Equal(50, restore.Json.GetProperty("required").GetInt32());
        Assert.Equal(50, Named().Count(path => path.EndsWith(".bin", StringComparison.Ordinal)));
        Assert.Contains("listing", restore.Error, StringComparison.Ordinal);
    }

    private IEnumerable<string> PacksOf(byte type) =>
        Directory
            .GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories)
            .Where(pack => File.ReadAllBytes(pack)[5] == type);

    /// <summary>What the list names, where it has names.</summary>
    private string[] Named() =>
        [
            .. File.ReadLines(Lost)
                .Skip(1)
                .Select(line => line.Split('\t'))
                .Where(line => line[1].Length > 0)
                .Select(line => $"{line[0]}/{line[1]}")
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>What the source has and the target lacks; whatever both have is the same.</summary>
    private async Task<string[]> AbsentAsync()
    {
        List<string> absent = [];
        foreach ((string source, string restored) in Layout)
        {
            string from = Path.Combine(Sample.Installation.Root, source);
            string to = Path.Combine(Target, restored);
            string names = await Shell.RunAsync(
                """
                diff -rq "$1" "$2" | grep ' differ$' && exit 9
                (cd "$1"; find . -type f -printf '%P\0' | sort -z) >"$3.source"
                (cd "$2"; find . -type f -printf '%P\0' | sort -z) >"$3.restored"
                comm -z -23 "$3.source" "$3.restored"
                """,
                from,
                to,
                Abf.Combine("names")
            );
            absent.AddRange(
                names
                    .Split('\0', StringSplitOptions.RemoveEmptyEntries)
                    .Select(name => $"{restored}/{TreePath.Display(Encoding.Latin1.GetBytes(name))}")
            );
        }

        return [.. absent.Order(StringComparer.Ordinal)];
    }

    private async Task<string[]> DatabaseAsync()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("loss", Token);
        return
        [
            "--database",
            $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
            "--database-password-file",
            Abf.WriteSecret("pw", postgres.Password),
        ];
    }

    private Task<AbfResult> RestoreAsync(params string[] options) =>
        Abf.RunAsync(["restore", "--set", "latest", "--target", Target, .. options]);
}
