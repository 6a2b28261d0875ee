using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>What is empty or absent where content is expected is said, and is never taken for health.</summary>
[Trait("needs", "server")]
public sealed class EmptinessTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_requires_no_file_proves_nothing()
    {
        using BackupRig rig = await CreateAsync();
        await ExecuteAsync(rig, "DELETE FROM alf_node_properties; DELETE FROM alf_content_data");
        await ExecuteAsync(rig, "DELETE FROM alf_content_url");

        SetManifest empty = await SealUnprovenAsync(rig, "table alf_content_url has no row", "hold 5 files");
        Assert.Equal(
            (0, 0, true),
            (empty.Consistency.Required, empty.Consistency.Missing, empty.Consistency.Consistent)
        );

        await ExecuteAsync(rig, "TRUNCATE alf_node CASCADE");
        await SealUnprovenAsync(rig, "alf_node has no row", "alf_content_url has no row");

        await ExecuteAsync(rig, "DROP TABLE alf_content_url CASCADE");
        await SealUnprovenAsync(rig, "has no table alf_content_url", "hold 5 files");
    }

    [Fact]
    public async Task A_bad_row_is_named_and_hides_no_other()
    {
        using BackupRig rig = await CreateAsync();
        string missing = Directory.GetFiles(rig.Sample.Contentstore, "*.bin", SearchOption.AllDirectories)[0];
        File.Delete(missing);
        await ExecuteAsync(
            rig,
            "ALTER TABLE alf_content_url ALTER content_size DROP NOT NULL, ALTER content_url DROP NOT NULL, "
                + "ALTER content_url TYPE text"
        );
        await ExecuteAsync(
            rig,
            "INSERT INTO alf_content_url VALUES (-9, 'store://2026/1/1/1/1/max.bin', 'a', 1, 9223372036854775807, NULL), "
                + "(9000001, 'store://2026/1/1/1/1/minus.bin', 'b', 1, -1, NULL), "
                + "(9000002, 'store://2026/1/1/1/1/null.bin', 'c', 1, NULL, NULL), (9000003, NULL, 'd', 1, 1, NULL), "
                + "(9000004, E'bad\\nline', 'e', 1, 1, NULL), "
                + "(9000005, 'store://2026/' || repeat('x', 300), 'f', 1, 1, NULL), "
                + "(9000006, 'store://' || repeat('y', 70000), 'g', 1, 1, NULL), "
                + "(9000007, 'store://' || repeat('z/', 3000) || 'z', 'h', 1, 1, NULL), "
                + "(9000008, E'store://2026/\\x01.bin', 'i', 1, 1, NULL)"
        );
        string store = Directory.CreateDirectory(Path.Combine(rig.Sample.Contentstore, "2026/1/1/1/1")).FullName;
        await File.WriteAllTextAsync(Path.Combine(store, "minus.bin"), "x", _token);

        HotBackupResult result = await SealAsync(rig);

        SetManifest set = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Equal((14, 10, 10), (set.Consistency.Required, set.Consistency.Missing, result.Missing));
        Assert.False(result.Consistent);
        NamedFile[] named = [.. set.Consistency.Named];
        string[] reasons = ["invalid-size", "invalid-url", "missing"];
        Assert.Equal([1, 3, 6], reasons.Select(reason => named.Count(file => file.Reason == reason)));
        Assert.Contains(named, file => file is { Path: "2026/1/1/1/1/minus.bin", Reason: "invalid-size", Size: null });
        Assert.Contains(named, file => file.Path == "row 9000003 of alf_content_url: content_url is NULL");
        Assert.Contains(named, file => file.Path == "bad\\u000aline");
        Assert.Contains(named, file => missing.EndsWith(file.Path, StringComparison.Ordinal));
        Assert.Contains(
            set.Warnings,
            line => line.StartsWith("row 9000001 of alf_content_url: content_size is '-1'", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_keystore_without_a_file_is_no_keystore()
    {
        using BackupRig rig = await CreateAsync();
        Directory.Delete(Path.Combine(rig.Sample.Root, "keystore"), recursive: true);
        Directory.CreateDirectory(Path.Combine(rig.Sample.Root, "keystore"));

        await SealAsync(rig);

        Assert.Contains(
            (await rig.ReadSetsAsync(_token))[^1].Warnings,
            line => line.StartsWith("keystore: there is not one file in it: no keystore is", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_store_that_encrypts_is_told_from_lost_files()
    {
        using BackupRig rig = await CreateAsync();
        await ExecuteAsync(rig, "UPDATE alf_content_url SET content_size = content_size - 16");

        HotBackupResult result = await SealAsync(rig);

        Assert.Equal((5, 5, true), (result.Missing, result.WrongSizes, result.LooksEncoded));
        Assert.Contains("installation.content.checkSizes", result.FurtherFindings(), StringComparison.Ordinal);
        SetManifest set = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Contains(set.Warnings, line => line.Contains("looks like an encrypting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_backup_without_a_byte_ends_the_run()
    {
        using BackupRig rig = await CreateAsync();
        string index = rig.Sample.SearchIndexBackup;
        Directory.Delete(index, recursive: true);
        Directory.CreateDirectory(index);
        await AssertRefusedAsync(rig, $"the index backup at '{index}'", "is empty", "\"kind\": \"none\"");

        Directory.CreateDirectory(Path.Combine(index, "workspace", "SpacesStore"));
        await File.WriteAllTextAsync(Path.Combine(index, "workspace", "SpacesStore", "segments.gen"), "", _token);
        await File.AppendAllTextAsync(rig.Sample.PropertiesFile, "index.subsystem.name=solr6\n", _token);
        await AssertRefusedAsync(rig, "has only empty files", "index.subsystem.name is 'solr6'", "\"kind\": \"none\"");

        Directory.Delete(index, recursive: true);
        await AssertRefusedAsync(rig, "there is no index backup", "index.subsystem.name is 'solr6'");
    }

    [Fact]
    public async Task A_content_store_of_directories_alone_is_an_unmounted_volume()
    {
        using BackupRig rig = await CreateAsync();
        Directory.Move(rig.Sample.Contentstore, rig.Combine("moved"));
        Directory.CreateDirectory(Path.Combine(rig.Sample.Contentstore, "2024", "11"));
        Directory.CreateDirectory(Path.Combine(rig.Sample.Contentstore, "lost+found"));

        await AssertRefusedAsync(rig, "has not one file beneath it", "--accept-content-loss");

        FlowInstance accepted = await rig.BackupAsync(_token, acceptContentLoss: true);
        Assert.True(accepted.Status == RuntimeStatus.Completed, accepted.Failure?.Message);
        SetManifest set = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Equal(5, set.Consistency.Missing);
        Assert.Contains("contentstore: there is not one file in it.", set.Warnings);
    }

    [Fact]
    public async Task Configuration_and_the_keystores_that_it_names_are_a_root_of_their_own()
    {
        using BackupRig rig = await CreateAsync();
        string keystore = rig.Combine("keys", "metadata-keystore");
        string extension = Directory.CreateDirectory(rig.Combine("extension", "sub")).Parent!.FullName;
        Directory.CreateDirectory(rig.Combine("keys"));
        await File.WriteAllTextAsync(keystore, "key", _token);
        await File.WriteAllTextAsync(Path.Combine(extension, "sub", "custom-context.xml"), "<beans/>", _token);
        File.CreateSymbolicLink(Path.Combine(extension, "linked"), keystore);
        rig.ConfigurationFiles = [extension];
        await File.AppendAllTextAsync(
            rig.Sample.PropertiesFile,
            $"encryption.keystore.location={keystore}\nencryption.keystore.keyMetaData.location=${{dir.keystore}}/keystore-passwords.properties\n",
            _token
        );

        await SealAsync(rig);

        string[] expected =
        [
            Path.Combine(extension, "linked"),
            Path.Combine(extension, "sub", "custom-context.xml"),
            keystore,
            rig.Sample.PropertiesFile,
        ];
        await using (BackupRepository repository = await rig.OpenRepositoryAsync(_token))
        {
            RootStamp root = (await rig.ReadSetsAsync(_token))[^1].Roots.Single(root => root.Name == "configuration");
            IReadOnlyDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);
            Assert.Equal(
                expected.Select(path => path[1..]).Order(StringComparer.Ordinal),
                files.Keys.Order(StringComparer.Ordinal)
            );
            Assert.All(expected, path => Assert.Equal(File.ReadAllBytes(path), files[path[1..]]));
        }

        File.Move(keystore, keystore + ".gone");
        File.Delete(Path.Combine(extension, "linked"));
        await AssertRefusedAsync(rig, "Keystores are gone", "metadata-keystore", "--accept-content-loss");
    }

    private async Task<BackupRig> CreateAsync() =>
        await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);

    private async Task ExecuteAsync(BackupRig rig, string sql) =>
        await (await server.GetAsync()).ExecuteAsync(sql, rig.DatabaseName, _token);

    private async Task<HotBackupResult> SealAsync(BackupRig rig)
    {
        FlowInstance run = await rig.BackupAsync(_token);
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        return BackupTasks.Converter.Read<HotBackupResult>(run.Result!);
    }

    private async Task<SetManifest> SealUnprovenAsync(BackupRig rig, params string[] says)
    {
        HotBackupResult result = await SealAsync(rig);
        Assert.Equal((false, true), (result.Consistent, result.HasFindings));
        string why = string.Join('\n', result.Unproven);
        Assert.All(says, text => Assert.Contains(text, why, StringComparison.Ordinal));
        Assert.DoesNotContain(result.Warnings, warning => warning.EndsWith("?.", StringComparison.Ordinal));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        SetSummary summary = (await repository.Log.ReadAsync(_token)).State.Sets[^1];
        Assert.Equal((false, true), (summary.Consistent, summary.Unproven));
        return (await rig.ReadSetsAsync(_token))[^1];
    }

    private async Task AssertRefusedAsync(BackupRig rig, params string[] says)
    {
        FlowInstance run = await rig.BackupAsync(_token);
        Assert.Equal(ErrorKind.Source, run.Failure?.Kind);
        Assert.All(says, text => Assert.Contains(text, run.Failure!.Message, StringComparison.Ordinal));
    }
}
