using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Exporting;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Exporting;

[Trait("needs", "server")]
public sealed class SetExportTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_is_lost_in_its_middle_is_left_out_and_a_pipe_says_so()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        byte[] video = new byte[(40 << 20) + 12_345];
        Random.Shared.NextBytes(video);
        Directory.CreateDirectory(Path.Combine(rig.Sample.Contentstore, "2024"));
        await File.WriteAllBytesAsync(Path.Combine(rig.Sample.Contentstore, "2024", "video.bin"), video, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        (byte[] whole, _) = await ExportBench.ExportAsync(rig, set.Id, _token);
        await SpoilSecondChunkAsync(rig, set);

        (byte[] file, ExportResult result) = await ExportBench.ExportAsync(rig, set.Id, _token);

        Assert.Equal(1, result.Lost);
        Assert.True(result.HasFindings);
        Assert.StartsWith("contentstore/2024/video.bin: ", Assert.Single(result.NamedLost), StringComparison.Ordinal);
        List<(TarEntry Entry, byte[] Content)> left = await ExportBench.UnpackAsync(file, _token);
        List<(TarEntry Entry, byte[] Content)> all = await ExportBench.UnpackAsync(whole, _token);
        Assert.Equal(video, all.Single(IsVideo).Content);
        Assert.Equal(
            all.Where(entry => !IsVideo(entry)).Select(Describe),
            left.Where(entry => Name(entry) != ExportNames.Lost).Select(Describe)
        );
        string lost = Encoding.UTF8.GetString(left.Single(entry => Name(entry) == ExportNames.Lost).Content);
        Assert.StartsWith("contentstore\t1\t2024/video.bin\t", lost, StringComparison.Ordinal);

        await using FlowEnvironment environment = rig.CreateEnvironment();
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            new SetExport(environment).RunAsync(set.Id, new Pipe(), static (_, _) => { }, _token)
        );
        Assert.Equal(ErrorKind.Repository, fault.Kind);
        Assert.Contains("2024/video.bin", fault.Message, StringComparison.Ordinal);

        // No row requires it: the import says what is lost, and the rest is proved.
        ImportResult import = await ExportBench.ImportAsync(rig, file, _token);
        Assert.Equal((1, 0, true), (import.Lost, import.Missing, import.Consistent));
    }

    [Fact]
    public async Task Lost_packs_take_only_what_stands_in_them_and_the_import_proves_what_is_missing()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 40, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        await rig.Sample.AddDocumentsAsync(7, _token);
        string[] before = PacksOf(rig);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = (await rig.ReadSetsAsync(_token))[1];
        await DeleteContentPacksAsync(rig, [.. PacksOf(rig).Except(before)]);

        (byte[] file, ExportResult result) = await ExportBench.ExportAsync(rig, set.Id, _token);
        ImportResult import = await ExportBench.ImportAsync(rig, file, _token);

        Assert.Equal(7, result.Lost);
        Assert.Equal((7, 7, false), (import.Lost, import.Missing, import.Consistent));
        SetManifest imported = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Equal(7, imported.Consistency.Named.Count(file => file.Reason == "missing"));
        Assert.Equal(set.Id, imported.Origin!.Set);
        Assert.Null(imported.Parent);
    }

    [Fact]
    public async Task A_set_that_lacks_a_file_is_imported_into_another_repository_and_says_which()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 5, _token);
        using BackupRig other = await BackupRig.CreateAsync(await server.GetAsync(), documents: 1, _token);
        string[] files = Directory.GetFiles(rig.Sample.Contentstore, "*.bin", SearchOption.AllDirectories);
        File.Delete(files[0]);
        await File.AppendAllTextAsync(files[1], "more", _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        Assert.NotNull(set.Consistency.Details);

        (byte[] file, _) = await ExportBench.ExportAsync(rig, set.Id, _token);
        ImportResult import = await ExportBench.ImportAsync(other, file, _token);

        Assert.Equal((2, false), (import.Missing, import.Consistent));
        ConsistencyReport proof = Assert.Single(await other.ReadSetsAsync(_token)).Consistency;
        Assert.Null(proof.Details);
        Assert.Equal(set.Consistency.Named.AsEnumerable(), proof.Named.AsEnumerable());
        Assert.Equal(1, proof.WrongSizes);
        List<(TarEntry Entry, byte[] Content)> entries = await ExportBench.UnpackAsync(file, _token);
        string manifest = Encoding.UTF8.GetString(
            entries.Single(static entry => Name(entry) == ExportNames.Manifest).Content
        );
        Assert.DoesNotContain("\"details\"", manifest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../out", "leads out")]
    [InlineData("/etc/passwd", "leads out")]
    [InlineData("alf_data/contentstore/../../x", "leads out")]
    [InlineData("alf_data/contentstore/zz/extra.bin", "more in its alf_data/contentstore")]
    [InlineData("alf_data/unknown/file", "stands where")]
    [InlineData("README", "stands where")]
    public async Task What_does_not_belong_there_is_refused_and_nothing_stays(string name, string says)
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 3, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        (byte[] file, _) = await ExportBench.ExportAsync(rig, set.Id, _token);
        List<(TarEntry Entry, byte[] Content)> entries = await ExportBench.UnpackAsync(file, _token);
        string[] packs = PacksOf(rig);
        int place = entries.FindLastIndex(entry =>
            Name(entry).StartsWith("alf_data/contentstore/", StringComparison.Ordinal)
        );
        entries.Insert(place + 1, (ExportBench.FileOf(name), "planted"u8.ToArray()));

        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(async () =>
            await ExportBench.ImportAsync(rig, await ExportBench.PackAsync(entries, rig.Combine(), _token), _token)
        );

        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(rig, packs);
    }

    [Fact]
    public async Task A_manifest_and_content_that_contradict_each_other_are_refused()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 3, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        (byte[] file, _) = await ExportBench.ExportAsync(rig, set.Id, _token);
        List<(TarEntry Entry, byte[] Content)> entries = await ExportBench.UnpackAsync(file, _token);
        string[] packs = PacksOf(rig);
        await RefuseAsync(
            "MANIFEST.json",
            text => text.Replace("\"name\": \"sample\"", "\"name\": \"../x\""),
            "a name that none"
        );
        await RefuseAsync(
            "MANIFEST.json",
            text => text.Replace("\"lucene-indexes\"", "\"../x\""),
            "a root that no set has"
        );
        await RefuseAsync("MANIFEST.json", text => text.Replace("\"version\": 2", "\"version\": 3"), "version 3");
        await RefuseAsync(
            "MANIFEST.json",
            text => text.Replace("\"class\": \"index\"", "\"class\": \"odd\""),
            "is impossible"
        );
        await RefuseAsync("MANIFEST.json", text => text.Replace("\"roots\": [", "\"roots\": [ null,"), "MANIFEST.json");
        await RefuseAsync("MANIFEST.json", _ => new string('[', 100_000), "MANIFEST.json");
        await RefuseAsync("database.sql", text => text + " ", "database.sql has");
        await RefuseAsync("required/contentstore", text => text[(text.IndexOf('\n') + 1)..], "lines");
        await RefuseAsync("required/contentstore", text => "x" + text, "required files in it is damaged");
        await RefuseAsync("catalogue.jsonl", text => text[(text.IndexOf('\n') + 1)..], "lines, and its MANIFEST.json");
        await RefuseAsync("catalogue.jsonl", text => text[..(text.IndexOf('\n') + 1)] + text, "out of order");
        await RefuseAsync("catalogue.jsonl", text => "x" + text, "catalogue.jsonl is damaged");
        await RefuseAsync("catalogue.jsonl", text => text.Replace("\"id\":", "\"id\":-"), "an impossible value");
        await RefuseAsync(
            "catalogue.jsonl",
            text => text.Replace("\"name\":\"", $"\"name\":\"{new string('x', 70_000)}"),
            "what no node has"
        );

        int video = entries.FindIndex(entry =>
            Name(entry).StartsWith("alf_data/contentstore/", StringComparison.Ordinal) && !entry.Entry.IsDirectory
        );
        (TarEntry Entry, byte[] Content) victim = entries[video];
        entries.RemoveAt(video);
        await ThrowsAsync("has 2 files, and its MANIFEST.json says 3");
        entries.Insert(video, victim);
        entries[video] = (victim.Entry, [.. victim.Content.Skip(1)]);
        await ThrowsAsync("files, and its MANIFEST.json says");
        await AssertNothingIsLeftAsync(rig, packs);

        async Task RefuseAsync(string name, Func<string, string> change, string says)
        {
            int at = entries.FindIndex(entry => Name(entry) == name);
            (TarEntry Entry, byte[] Content) old = entries[at];
            entries[at] = (old.Entry, Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(old.Content))));
            await ThrowsAsync(says);
            entries[at] = old;
        }

        async Task ThrowsAsync(string says)
        {
            byte[] spoiled = await ExportBench.PackAsync(entries, rig.Combine(), _token);
            PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
                ExportBench.ImportAsync(rig, spoiled, _token)
            );
            Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_catalogue_goes_with_the_file_and_comes_back_as_it_was()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 12, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        (byte[] file, _) = await ExportBench.ExportAsync(rig, set.Id, _token);

        ImportResult import = await ExportBench.ImportAsync(rig, file, _token);

        SetManifest imported = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Equal(import.Set, imported.Id);
        CatalogueStamp was = set.Database!.Catalogue!;
        CatalogueStamp now = imported.Database!.Catalogue!;
        Assert.Equal((was.Nodes, was.Contents), (now.Nodes, now.Contents));
        Assert.Equal(was.Table.Chunks, now.Table.Chunks);
        Assert.Equal(was.Homes, now.Homes);
        string[] lines = Encoding
            .UTF8.GetString(
                (await ExportBench.UnpackAsync(file, _token)).Single(e => Name(e) == "catalogue.jsonl").Content
            )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(was.Nodes, lines.Length);
        Assert.Equal(12, lines.Count(line => line.Contains("\"url\":\"store://", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_catalogue_that_is_lost_stays_out_of_the_file_and_the_rest_imports()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 3, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        await using FlowEnvironment environment = rig.CreateEnvironment();
        string spill = Directory.CreateDirectory(rig.Combine("spill")).FullName;
        SetReader reader = await SetReader.OpenAsync(environment, set.Id, _token);
        List<string> warnings = [];

        SpoolFile? lines = await CatalogueSpool.TryWriteAsync(
            reader.Chunks,
            set.Database!.Catalogue! with
            {
                Table = set.Database.Dump,
            },
            spill,
            warnings.Add,
            _token
        );

        Assert.Null(lines);
        Assert.Contains("the catalogue of documents is lost", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_import_goes_on_with_what_it_stored_and_ends_older_ones()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 3, _token);
        for (int number = 0; number < 28; number++)
        {
            byte[] content = new byte[4 << 20];
            Random.Shared.NextBytes(content);
            Directory.CreateDirectory(Path.Combine(rig.Sample.Contentstore, "2024"));
            await File.WriteAllBytesAsync(
                Path.Combine(rig.Sample.Contentstore, "2024", $"{number}.bin"),
                content,
                _token
            );
        }

        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        SetManifest set = Assert.Single(await rig.ReadSetsAsync(_token));
        (byte[] file, _) = await ExportBench.ExportAsync(rig, set.Id, _token);
        using BackupRig other = await BackupRig.CreateAsync(await server.GetAsync(), documents: 1, _token);
        Assert.Equal(RuntimeStatus.Completed, (await other.BackupAsync(_token)).Status);
        RunId older = RunId.Create(TimeProvider.System.GetUtcNow().AddDays(-1), Guid.NewGuid());
        string place = Directory.CreateDirectory(Path.Combine(other.State, "imports")).FullName;
        await using (BackupRepository repository = await other.OpenRepositoryAsync(_token))
        {
            await repository.Log.OpenRunAsync(older, other.Installation, _token);
            await File.WriteAllTextAsync(Path.Combine(place, older.ToString()), repository.Id, _token);
        }

        // The older one goes on first, and is interrupted again.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ImportHalfAsync(other, file));
        string[] stored = PacksOf(other);
        long before = LengthOf(stored);

        ImportResult import = await ExportBench.ImportAsync(other, file, _token);

        Assert.Equal(older, import.Set);
        Assert.True(import.Consistent);
        Assert.NotEmpty(stored);
        Assert.Subset(PacksOf(other).ToHashSet(), stored.ToHashSet());
        long spared = before + file.Length - LengthOf(PacksOf(other));
        Assert.True(spared > 20 << 20, $"{spared} of {before} bytes were of use");
        await using BackupRepository after = await other.OpenRepositoryAsync(_token);
        LogHead head = await after.Log.ReadAsync(_token);
        Assert.Empty(head.State.OpenRuns);
        Assert.Equal(2, head.State.Sets.Length);
        Assert.False(File.Exists(Path.Combine(place, older.ToString())));
    }

    /// <summary>As a kill while the proof is made again, after which somebody imports another file.</summary>
    [Fact]
    public async Task What_an_import_stored_whole_before_it_was_interrupted_does_not_stand_in_for_another_file()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 3, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        byte[] content = new byte[100_000];
        Random.Shared.NextBytes(content);
        Directory.CreateDirectory(Path.Combine(rig.Sample.Contentstore, "2024"));
        await File.WriteAllBytesAsync(Path.Combine(rig.Sample.Contentstore, "2024", "new.bin"), content, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        ImmutableArray<SetManifest> sets = await rig.ReadSetsAsync(_token);
        (byte[] first, _) = await ExportBench.ExportAsync(rig, sets[0].Id, _token);
        (byte[] second, _) = await ExportBench.ExportAsync(rig, sets[1].Id, _token);
        using BackupRig other = await BackupRig.CreateAsync(await server.GetAsync(), documents: 1, _token);
        Assert.Equal(RuntimeStatus.Completed, (await other.BackupAsync(_token)).Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ImportUpToTheCommitAsync(other, first));

        ImportResult import = await ExportBench.ImportAsync(other, second, _token);

        Assert.True(import.Consistent);
        (byte[] again, _) = await ExportBench.ExportAsync(other, import.Set, _token);
        Assert.Contains(
            await ExportBench.UnpackAsync(again, _token),
            entry => entry.Content.AsSpan().SequenceEqual(content)
        );
    }

    private async Task ImportUpToTheCommitAsync(BackupRig rig, byte[] file)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
        bool hasPage = false;
        var blobs = new FaultInjectingBlobStore(
            DirectoryBlobStore.Open(rig.Blobs, TimeProvider.System),
            call =>
            {
                bool isNew = call.Verb is BlobVerb.PutIfAbsent;
                hasPage |= isNew && call.Name.Contains("/import", StringComparison.Ordinal);
                if (!hasPage || !isNew || !call.Name.StartsWith("log/", StringComparison.Ordinal))
                {
                    return null;
                }

                stop.Cancel();
                return new BlobFault { FailBefore = true };
            }
        );
        await using FlowEnvironment usual = rig.CreateEnvironment();
        await using FlowEnvironment environment = rig.CreateEnvironment(stores: usual.Stores with { Blobs = blobs });
        await new SetImport(environment).RunAsync(new MemoryStream(file), anySize: false, static _ => { }, stop.Token);
    }

    private static long LengthOf(string[] packs) => packs.Sum(static pack => new FileInfo(pack).Length);

    /// <summary>Packs that wait for their receipts are stored again; there are two of them at most.</summary>
    private async Task ImportHalfAsync(BackupRig rig, byte[] file)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
        await using FlowEnvironment environment = rig.CreateEnvironment();
        long seen = 0;
        await new SetImport(environment).RunAsync(
            new MemoryStream(file),
            anySize: false,
            count =>
            {
                if (count > file.Length * 9L / 10 && Interlocked.Exchange(ref seen, 1) == 0)
                {
                    stop.Cancel();
                }
            },
            stop.Token
        );
    }

    private async Task AssertNothingIsLeftAsync(BackupRig rig, string[] packs)
    {
        Assert.Equal(packs, PacksOf(rig));
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        LogHead head = await repository.Log.ReadAsync(_token);
        Assert.Empty(head.State.OpenRuns);
        Assert.Single(head.State.Sets);
    }

    private async Task SpoilSecondChunkAsync(BackupRig rig, SetManifest set)
    {
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        ChunkIndex index = await repository.LoadIndexAsync((await repository.Log.ReadAsync(_token)).State, _token);
        RootStamp root = set.Roots.Single(root => root.Name == "contentstore");
        ListingEntry video = await new ListingReader(repository.CreateReader(index, null), root.Listing)
            .ReadAsync(_token)
            .FirstAsync(entry => TreePath.Display(entry.Path) == "2024/video.bin", _token);
        Assert.True(index.TryFind(video.Content!.Chunks[1], out ChunkPlace place));
        string pack = Path.Combine(rig.Blobs, place.Pack.Id.BlobName);
        await using FileStream file = new(pack, FileMode.Open, FileAccess.ReadWrite);
        file.Position = place.FrameOffset + (place.SealedLength / 2);
        int old = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(old ^ 1));
    }

    /// <summary>Those of the class content.</summary>
    private async Task DeleteContentPacksAsync(BackupRig rig, string[] packs)
    {
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        ChunkIndex index = await repository.LoadIndexAsync((await repository.Log.ReadAsync(_token)).State, _token);
        foreach (PackEntry pack in index.Packs.Where(pack => pack.Class == ChunkClass.Content))
        {
            string path = Path.Combine(rig.Blobs, pack.Id.BlobName);
            if (packs.Contains(path))
            {
                File.Delete(path);
            }
        }
    }

    private static string[] PacksOf(BackupRig rig) =>
        [
            .. Directory
                .GetFiles(Path.Combine(rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];

    private static string Name((TarEntry Entry, byte[] Content) entry) => Encoding.UTF8.GetString(entry.Entry.Name);

    private static bool IsVideo((TarEntry Entry, byte[] Content) entry) =>
        Name(entry).EndsWith("/video.bin", StringComparison.Ordinal);

    /// <summary>Without what changes from one export to the next.</summary>
    private static string Describe((TarEntry Entry, byte[] Content) entry) =>
        Name(entry) is ExportNames.ReadMe or ExportNames.Manifest or ExportNames.Sums
            ? Name(entry)
            : $"{Name(entry)} {entry.Entry.Mode} {(Name(entry).StartsWith(ExportNames.Data, StringComparison.Ordinal) ? entry.Entry.MtimeNs : 0)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(entry.Content))}";

    private sealed class Pipe : WriteOnlyStream
    {
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => ValueTask.CompletedTask;

        public override void Write(ReadOnlySpan<byte> buffer) { }
    }
}
