using System.Collections.Concurrent;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Restore.Activities;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

[Trait("needs", "server")]
public sealed class BatchRestoreTests(OnDemand<PostgresServer> server)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private static IEnumerable<string> DocumentsOf(BackupRig rig) =>
        Directory
            .GetFiles(rig.Sample.Contentstore, "*.bin", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(rig.Sample.Contentstore, path));

    [Fact]
    public async Task Files_are_restored_with_far_fewer_requests_than_there_are_files()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 100, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        RootStamp root = (await rig.ReadSetsAsync(_token))[0].Roots.Single(stamp => stamp.Name == "contentstore");
        var store = new CountingBlobStore(DirectoryBlobStore.Open(rig.Blobs, TimeProvider.System));
        await using FlowEnvironment environment = rig.CreateEnvironment(
            stores: new RepositoryStores(store, DirectoryBlobStore.Open(rig.Combine("control"), TimeProvider.System))
        );
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, _token);
        List<ListingEntry> batch = await new ListingReader(chunks, root.Listing).ReadAsync(_token).ToListAsync(_token);
        string path = Directory.CreateDirectory(rig.Combine("restored")).FullName;
        using TargetTree target = TargetTree.Open(path);
        var input = new RestoreRangeInput(path, root.Name, root.Listing, root.Class, PathRange.All, Owner: null);
        var files = new FileRestore(target, chunks, input, new AttributeRestore(target, owner: null));
        var restore = new BatchRestore(target, chunks, root.Class, files);

        long requests = store.Count(BlobVerb.Read);
        RestoredBatch done = await restore.RunAsync(batch, _token);

        Assert.Equal((root.Files, 0), (done.FilesWritten, done.Losses));
        Assert.True(root.Files >= 100, "there are files to read together");
        Assert.InRange(store.Count(BlobVerb.Read) - requests, 1, 10);
        Assert.All(
            batch.Where(entry => !entry.IsDirectory),
            entry =>
            {
                string name = System.Text.Encoding.UTF8.GetString(entry.Path);
                Assert.Equal(
                    File.ReadAllBytes(Path.Combine(rig.Sample.Contentstore, name)),
                    File.ReadAllBytes(Path.Combine(path, name))
                );
            }
        );
    }

    [Fact]
    public async Task A_batch_that_takes_too_long_is_broken_off_and_begun_anew_with_what_is_in_place()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        RootStamp root = (await rig.ReadSetsAsync(_token))[0].Roots.Single(stamp => stamp.Name == "contentstore");
        await using FlowEnvironment environment = rig.CreateEnvironment();
        IChunkSource chunks = new OneByOne(await SetReader.OpenChunksAsync(environment, _token));
        List<ListingEntry> batch = await new ListingReader(chunks, root.Listing).ReadAsync(_token).ToListAsync(_token);
        string path = Directory.CreateDirectory(rig.Combine("restored")).FullName;
        using TargetTree target = TargetTree.Open(path);
        var input = new RestoreRangeInput(path, root.Name, root.Listing, root.Class, PathRange.All, Owner: null);
        var files = new FileRestore(target, chunks, input, new AttributeRestore(target, owner: null));
        var batches = new EntryBatches(
            new ReadableListing(chunks, input),
            new StepBudget(TimeProvider.System),
            EntryBatches.MaxEntries,
            _ => true
        );

        RestoredBatch broken = await new BatchRestore(target, chunks, root.Class, files)
        {
            IsTimeUp = () => true,
        }.RunAsync(batch, _token);

        Assert.True(broken.IsBrokenOff);
        Assert.InRange(broken.FilesWritten, 1, root.Files - 1);
        Assert.False(batches.Done(batch, broken));
        Assert.Equal((batch[0].Path, 0), (batches.Next, batches.Total.Files));

        RestoredBatch whole = await new BatchRestore(target, chunks, root.Class, files).RunAsync(batch, _token);

        Assert.True(batches.Done(batch, whole));
        Assert.Equal((root.Files, root.Files - broken.FilesWritten), (batches.Total.Files, whole.FilesWritten));
    }

    /// <summary>A look at what is in place comes again each time: it is nothing that was done.</summary>
    [Fact]
    public async Task A_repair_whose_look_takes_all_of_the_time_writes_something_all_the_same()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        RootStamp root = (await rig.ReadSetsAsync(_token))[0].Roots.Single(stamp => stamp.Name == "contentstore");
        await using FlowEnvironment environment = rig.CreateEnvironment();
        IChunkSource chunks = await SetReader.OpenChunksAsync(environment, _token);
        List<ListingEntry> batch = await new ListingReader(chunks, root.Listing).ReadAsync(_token).ToListAsync(_token);
        string path = rig.Sample.Contentstore;
        using TargetTree target = TargetTree.Open(path);
        var input = new RestoreRangeInput(path, root.Name, root.Listing, root.Class, PathRange.All, Owner: null)
        {
            Repair = true,
        };
        var files = new FileRestore(target, chunks, input, new AttributeRestore(target, owner: null));
        var look = new RepairLook(await SetReader.OpenComparisonAsync(environment, chunks, _token), input);
        string gone = Path.Combine(path, DocumentsOf(rig).First());
        File.Delete(gone);

        RestoredBatch done = await new BatchRestore(target, chunks, root.Class, files, look)
        {
            IsTimeUp = () => true,
        }.RunAsync(batch, _token);

        Assert.True(File.Exists(gone));
        Assert.Equal(root.Files - 1, done.SameFiles);
    }

    /// <summary>The first set's documents lie in a pack of their own, and the second set has both.</summary>
    [Fact]
    public async Task Packs_that_hold_nothing_of_what_is_selected_are_not_read()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 20, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        string[] before = [.. DocumentsOf(rig)];
        await rig.Sample.AddDocumentsAsync(20, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        RootStamp root = (await rig.ReadSetsAsync(_token))[^1].Roots.Single(stamp => stamp.Name == "contentstore");
        ConcurrentBag<string> read = [];
        var store = new VisitedBlobStore(
            DirectoryBlobStore.Open(rig.Blobs, TimeProvider.System),
            new RequestNumbers(),
            (call, isServed, _) =>
            {
                if (isServed && call.Verb == BlobVerb.Read && call.Name.StartsWith("packs/", StringComparison.Ordinal))
                {
                    read.Add(call.Name);
                }

                return Task.CompletedTask;
            }
        );
        await using FlowEnvironment environment = rig.CreateEnvironment(
            stores: new RepositoryStores(store, DirectoryBlobStore.Open(rig.Combine("control"), TimeProvider.System))
        );
        string path = Directory.CreateDirectory(rig.Combine("restored")).FullName;
        string[] added = [.. DocumentsOf(rig).Except(before)];
        var input = new RestoreRangeInput(path, root.Name, root.Listing, root.Class, PathRange.All, Owner: null)
        {
            Selection = new RestoreSelection { Include = [.. added.Select(name => $"/contentstore/{name}")] },
        };

        RestoredStep done = await new RestoreRange(environment).RunAsync(input, new Silence(), _token);

        Assert.Equal(added.Length, done.Totals.Files);
        string[] content = [.. read.Distinct().Where(name => !name.StartsWith("packs/f", StringComparison.Ordinal))];
        Assert.Single(content);
        Assert.True(
            Directory
                .GetFiles(Path.Combine(rig.Blobs, "packs"), "*", SearchOption.AllDirectories)
                .Count(pack => File.ReadAllBytes(pack)[5] == 5) > 1,
            "there are others"
        );
    }

    /// <summary>Each chunk is a request of its own.</summary>
    private sealed class OneByOne(IChunkSource inner) : IChunkSource
    {
        public ValueTask<byte[]> ReadChunkAsync(
            ChunkId id,
            ChunkClass chunkClass,
            CancellationToken cancellationToken
        ) => inner.ReadChunkAsync(id, chunkClass, cancellationToken);

        public ValueTask<IReadOnlyList<int>> ReadManyAsync(
            IReadOnlyList<ChunkId> ids,
            ChunkClass chunkClass,
            Action<int, ReadOnlySpan<byte>> take,
            CancellationToken cancellationToken
        ) => inner.ReadManyAsync(ids, chunkClass, take, cancellationToken);

        public IReadOnlyList<IReadOnlyList<int>> Arrange(IReadOnlyList<ChunkId> ids) =>
            [.. Enumerable.Range(0, ids.Count).Select(number => (IReadOnlyList<int>)[number])];

        public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => inner.OpenRead(content, chunkClass);
    }
}
