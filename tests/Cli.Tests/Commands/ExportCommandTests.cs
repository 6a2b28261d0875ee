using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>A set as one file: opened by tar, zstd, sha256sum and psql alone, and made a set of again.</summary>
[Trait("needs", "server")]
public sealed class ExportCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    /// <summary>What the README says.</summary>
    private const string Unpack = """
        mkdir "$2" && cd "$2"
        zstd -dc "$1" | tar -xf - --numeric-owner
        sha256sum --quiet -c SHA256SUMS
        """;

    private string FileName => Abf.Combine("acme.tar.zst");

    [Fact]
    public async Task An_exported_file_restores_with_tar_zstd_sha256sum_and_psql_alone()
    {
        PostgresServer postgres = await ServerAsync();
        AbfResult export = await Abf.RunAsync("export", "latest", FileName, "--json");

        AssertDone(export);
        Assert.Contains("plain text", export.Error, StringComparison.Ordinal);
        Assert.Equal(Sample.Set, export.Json.GetProperty("set").GetString());
        Assert.Equal(new FileInfo(FileName).Length, export.Json.GetProperty("fileBytes").GetInt64());
        Assert.Equal("600", await Shell.OneLineAsync(@"stat -c %a ""$1""", FileName));
        string unpacked = Abf.Combine("unpacked");
        await Shell.RunAsync(Unpack, FileName, unpacked);
        Assert.Equal(
            ["MANIFEST.json", "README", "SHA256SUMS", "alf_data", "catalogue.jsonl", "database.sql", "required"],
            Directory.GetFileSystemEntries(unpacked).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        await AssertIsSourceAsync(Path.Combine(unpacked, "alf_data"));
        string database = await postgres.CreateDatabaseAsync("by_hand", Token);
        await Shell.RunAsync(
            @"PGPASSWORD=""$4"" psql -X -q -h ""$1"" -p ""$2"" -U postgres -v ON_ERROR_STOP=1 --single-transaction -d ""$3"" -f ""$5"" >/dev/null",
            postgres.Host,
            $"{postgres.Port}",
            database,
            postgres.Password,
            Path.Combine(unpacked, "database.sql")
        );
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));
        string readMe = await File.ReadAllTextAsync(Path.Combine(unpacked, "README"), Token);
        Assert.Contains($"-d '{Sample.Database}' -f database.sql", readMe, StringComparison.Ordinal);
        Assert.Contains("alf_data/lucene-indexes is the backup of the index", readMe, StringComparison.Ordinal);
        using JsonDocument manifest = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(unpacked, "MANIFEST.json"), Token)
        );
        Assert.Equal(Sample.Set, manifest.RootElement.GetProperty("origin").GetProperty("set").GetString());
        Assert.Equal(
            50,
            (await File.ReadAllLinesAsync(Path.Combine(unpacked, "required", "contentstore"), Token)).Length
        );
    }

    [Fact]
    public async Task Export_import_and_restore_give_every_byte_mode_owner_and_time()
    {
        PostgresServer postgres = await ServerAsync();
        AssertDone(await Abf.RunAsync("export", Sample.Set, FileName));
        using var other = new AbfRig();
        other.Section("repository")["encryption"] = "none";
        other.Section("repository").Remove("passphraseFile");
        AssertDone(await other.RunAsync("init"));

        AbfResult import = await other.RunAsync("import", FileName, "--json");

        AssertDone(import);
        string set = import.Json.GetProperty("set").GetString()!;
        Assert.NotEqual(Sample.Set, set);
        Assert.Equal(Sample.Set, import.Json.GetProperty("origin").GetProperty("set").GetString());
        Assert.True(import.Json.GetProperty("consistent").GetBoolean());
        JsonElement row = Assert.Single((await other.RunAsync("sets", "--json")).Json.EnumerateArray());
        Assert.True(row.GetProperty("imported").GetBoolean());
        JsonElement before = (await Abf.RunAsync("show", Sample.Set, "--json")).Json;
        JsonElement after = (await other.RunAsync("show", set, "--json")).Json;
        foreach (
            string member in (string[])["files", "bytes", "required", "missing", "consistent", "started", "sealed"]
        )
        {
            Assert.Equal($"{member} {before.GetProperty(member)}", $"{member} {after.GetProperty(member)}");
        }

        AssertDone(await other.RunAsync("verify", "--read-data"));
        string target = other.Combine("restored");
        string database = await postgres.CreateDatabaseAsync("imported", Token);
        AssertDone(
            await other.RunAsync(
                "restore",
                "--set",
                "latest",
                "--target",
                target,
                "--database",
                $"postgresql://{postgres.Username}@{postgres.Host}:{postgres.Port}/{database}",
                "--database-password-file",
                other.WriteSecret("pw", postgres.Password)
            )
        );
        await AssertIsSourceAsync(target);
        Assert.Equal(await Shell.DumpAsync(postgres, Sample.Database), await Shell.DumpAsync(postgres, database));

        // Into the repository that it is of: nothing of its content is stored again, and the latest stays what it was.
        AbfResult again = await Abf.RunAsync("import", FileName, "--json");
        AssertDone(again);
        Assert.True(again.Json.GetProperty("addedBytes").GetInt64() < 64 << 10, again.Out);
        Assert.Equal(Sample.Set, (await Abf.RunAsync("show", "latest", "--json")).Json.GetProperty("id").GetString());
        AssertDone(await Abf.RunAsync("backup"));
        Assert.Equal(
            Sample.Set,
            (await Abf.RunAsync("show", "latest", "--json")).Json.GetProperty("parent").GetString()
        );
    }

    [Fact]
    public async Task A_pipe_carries_it_and_one_that_nobody_reads_is_a_clear_end()
    {
        Abf.WriteConfig();
        await Shell.RunAsync(
            @"""$1"" export latest - --config ""$2"" | ""$1"" import - --config ""$2"" >""$3""",
            AbfRig.Executable,
            Abf.ConfigFile,
            Abf.Combine("out")
        );
        Assert.StartsWith(
            "imported - as set ",
            await File.ReadAllTextAsync(Abf.Combine("out"), Token),
            StringComparison.Ordinal
        );

        Assert.Equal(
            "8",
            await Shell.OneLineAsync(
                @"{ ""$1"" export latest - --config ""$2"" 2>""$3"" || echo $? >""$4""; } | true; cat ""$4""",
                AbfRig.Executable,
                Abf.ConfigFile,
                Abf.Combine("err"),
                Abf.Combine("code")
            )
        );
        Assert.Contains("went away", await File.ReadAllTextAsync(Abf.Combine("err"), Token), StringComparison.Ordinal);
        AssertFault(await Abf.RunAsync("export", "latest", "-", "--json"), 2, "--json", "'-'");
    }

    [Fact]
    public async Task A_file_has_its_name_when_it_is_whole_and_replaces_none_unasked()
    {
        await File.WriteAllTextAsync(FileName, "mine", Token);

        AssertFault(await Abf.RunAsync("export", "latest", FileName), 8, FileName, "--overwrite");
        Assert.Equal("mine", await File.ReadAllTextAsync(FileName, Token));
        AssertDone(await Abf.RunAsync("export", "latest", FileName, "--overwrite"));
        AssertFault(await Abf.RunAsync("export", "latest", "/dev/null", "--overwrite"), 8, "/dev/null", "device");
        AssertFault(await Abf.RunAsync("export", "latest", Abf.Combine("no/such/dir.tar.zst")), 8, "no/such");
        AssertFault(await Abf.RunAsync("export", "20200101T000000Z-00000000", Abf.Combine("x")), 2, "no set");
        Assert.Empty(Directory.GetFiles(Abf.DirectoryPath, ".abf-*"));
        Assert.False(File.Exists(Abf.Combine("x")));
    }

    /// <summary>Closing the file writes the rest of its buffer, which fails as well.</summary>
    [Fact]
    public async Task On_a_full_disk_nothing_is_left_of_an_export_and_of_a_document()
    {
        string store = Sample.Installation.Contentstore;
        string largest = Directory
            .EnumerateFiles(store, "*.bin", SearchOption.AllDirectories)
            .MaxBy(static file => new FileInfo(file).Length)!;
        string url = $"store://{Path.GetRelativePath(store, largest).Replace('\\', '/')}";
        foreach (
            string[] command in (string[][])
                [
                    ["export", "latest"],
                    ["extract", "latest", url, "--output"],
                ]
        )
        {
            string disk = Abf.Combine(command[0]);

            AbfResult full = await FullDisk.RunAsync(
                Abf,
                disk,
                "4k",
                move: null,
                [.. command, Path.Combine(disk, "file")]
            );

            AssertFault(full, 8, Path.Combine(disk, "file"), "No space left");
            Assert.Empty(Directory.GetFileSystemEntries($"{disk}.left"));
        }
    }

    [Fact]
    public async Task What_is_no_export_or_was_changed_is_refused_and_leaves_nothing_behind()
    {
        AssertDone(await Abf.RunAsync("export", "latest", FileName));
        int blobs = Directory.GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories).Length;
        string changed = Abf.Combine("changed.tar.zst");

        await Shell.RunAsync(@"head -c -100 ""$1"" >""$2""", FileName, changed);
        AssertFault(await Abf.RunAsync("import", changed), 5, "cut off");
        await Shell.RunAsync(
            @"zstd -dc ""$1"" | sed 's/archived/ARCHIVED/' | zstd -q >""$2""",
            FileName,
            changed + "2"
        );
        AssertFault(await Abf.RunAsync("import", changed + "2"), 5, "SHA256SUMS");
        await Shell.RunAsync(@"{ cat ""$1""; echo more | zstd -q; } >""$2""", FileName, changed + "3");
        AssertFault(await Abf.RunAsync("import", changed + "3"), 5, "behind its end");
        await Shell.RunAsync(
            @"mkdir ""$2.d"" && cd ""$2.d"" && ln -s /etc/passwd README && tar -c README | zstd -q >""$2""",
            FileName,
            changed + "4"
        );
        AssertFault(await Abf.RunAsync("import", changed + "4"), 5, "cannot be imported");
        AssertFault(await Abf.RunAsync("import", Abf.ConfigFile), 5, "zstd");
        AssertFault(await Abf.RunAsync("import", Abf.Combine("absent")), 5, "absent");
        AssertFault(await Abf.RunAsync("import", "/dev/zero"), 5, "/dev/zero");

        Assert.Single((await Abf.RunAsync("sets", "--json")).Json.EnumerateArray());
        Assert.Equal(
            blobs,
            Directory.GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories).Length
        );
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Abf.State, "imports"), "2*"));
    }

    private async Task AssertIsSourceAsync(string data)
    {
        foreach (
            string root in (string[])
                ["contentstore", "contentstore.deleted", "audit.contentstore", "keystore", "stores/archive"]
        )
        {
            string source = Path.Combine(Sample.Installation.Root, root);
            await Shell.AssertSameContentAsync(source, Path.Combine(data, root));
            Assert.Equal(await Shell.StatAsync(source), await Shell.StatAsync(Path.Combine(data, root)));
        }

        await Shell.AssertSameContentAsync(
            Path.Combine(Sample.Installation.Root, "backup-lucene-indexes"),
            Path.Combine(data, "lucene-indexes")
        );
    }
}
