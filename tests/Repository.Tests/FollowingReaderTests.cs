using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Garbage;
using AlfrescoBackupFlows.Storage.Decorators;

namespace AlfrescoBackupFlows.Repository.Tests;

public sealed class FollowingReaderTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Many_chunks_come_with_few_requests_and_what_a_prune_moved_is_read_one_by_one()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        var store = new CountingBlobStore(bench.Blobs);
        await using BackupRepository repository = await bench.OpenAsync(store);
        LogState state = (await repository.Log.ReadAsync()).State;
        ChunkIndex index = await repository.LoadIndexAsync(state, None);
        IChunkSource reader = repository.CreateFollowingReader(index);
        Dictionary<ChunkId, byte[]> wanted = [];
        ModelFiles files = bench.Sets[state.Sets[^1].Id];
        foreach (RootStamp root in (await repository.Log.ReadManifestAsync(state.Sets[^1])).Roots)
        {
            await foreach (ListingEntry entry in new ListingReader(reader, root.Listing).ReadAsync(None))
            {
                if (!entry.IsDirectory)
                {
                    string path = System.Text.Encoding.UTF8.GetString(entry.Path);
                    wanted[Assert.Single(entry.Content!.Chunks)] = [.. files.Files[path]];
                }
            }
        }

        ChunkId[] ids = [.. wanted.Keys];
        Assert.Equal(15, ids.Length);
        long requests = store.Count(BlobVerb.Read);
        Assert.Empty(await ReadAsync());

        // Each of three packs is asked for its header, and for what is wanted of it.
        Assert.InRange(store.Count(BlobVerb.Read) - requests, 1, 6);

        reader = repository.CreateFollowingReader(index);
        await bench.ForgetAsync(0, 1, 2);
        Assert.True((await bench.PruneAsync()).RepackedBytes > 0);
        int[] moved = [.. await ReadAsync()];
        Assert.NotEmpty(moved);
        foreach (int number in moved)
        {
            Assert.Equal(wanted[ids[number]], await reader.ReadChunkAsync(ids[number], ChunkClass.Content, None));
        }

        // From then on it knows where they are.
        Assert.Empty(await ReadAsync());

        async Task<IReadOnlyList<int>> ReadAsync()
        {
            HashSet<int> read = [];
            IReadOnlyList<int> notRead = await reader.ReadManyAsync(
                ids,
                ChunkClass.Content,
                (number, chunk) =>
                {
                    Assert.Equal(wanted[ids[number]], chunk);
                    Assert.True(read.Add(number));
                },
                None
            );
            Assert.Equal(Enumerable.Range(0, ids.Length), read.Concat(notRead).Order());
            return notRead;
        }
    }
}
