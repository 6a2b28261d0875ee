using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.ChunkIndexes;

public sealed class ChunkIndexTests : IDisposable
{
    private const int Repository = 1;

    private readonly MemoryBlobStore _blobs = new();
    private readonly SealedBlobs _sealed;
    private readonly TempDirectory _cache = new();
    private readonly List<ChunkIndexSummary> _named = [];

    public ChunkIndexTests() => _sealed = new SealedBlobs(_blobs, KeyRing.Generate(Repository), TimeProvider.System);

    [Fact]
    public async Task Every_chunk_of_every_index_is_found_and_no_other()
    {
        ChunkPlace[] all = [.. Enumerable.Range(0, 5000).Select(i => Place(i, (ulong)(i % 7) + 1))];
        await NameAsync(1, all[..2000]);
        await NameAsync(2, all[2000..]);
        using ChunkIndex index = await LoadAsync();
        Assert.Equal(5000, index.Places.Count());
        Assert.All(all, place => Assert.True(index.TryFind(place.Id, out ChunkPlace found) && found == place));
        Assert.False(index.TryFind(Id(5001), out _));
        Assert.Equal(all.OrderBy(place => place.Id), index.Places);
        Assert.Equal(7, index.Packs.Count);
    }

    [Fact]
    public void A_pack_that_does_not_end_with_zeros_is_damage()
    {
        byte[] plain = ChunkIndexTable.Encode([Place(1, pack: 9)]);
        Assert.Equal(1, ChunkIndexTable.Decode(plain, "index/1").Count);
        plain[4 + 22] = 1;
        Assert.Throws<PermanentException>(() => ChunkIndexTable.Decode(plain, "index/1"));
    }

    [Fact]
    public async Task An_empty_repository_has_no_chunks()
    {
        using ChunkIndex index = await LoadAsync();
        Assert.False(index.TryFind(Id(1), out _));
        Assert.Empty(index.Places);
    }

    [Fact]
    public async Task Of_several_places_the_lowest_entry_counts_then_the_lowest_pack()
    {
        await NameAsync(3, [Place(1, pack: 9), Place(2, pack: 9)]);
        await NameAsync(3, [Place(1, pack: 5)]);
        await NameAsync(8, [Place(1, pack: 2), Place(2, pack: 2), Place(3, pack: 4), Place(3, pack: 3)]);
        using ChunkIndex index = await LoadAsync();
        Assert.Equal(
            [5UL, 9UL, 3UL],
            new[] { 1, 2, 3 }.Select(i => index.TryFind(Id(i), out ChunkPlace place) ? (ulong)place.Pack.Id.Value : 0)
        );
    }

    [Fact]
    public async Task A_place_in_a_lost_pack_does_not_count()
    {
        await NameAsync(3, [Place(1, pack: 9), Place(2, pack: 9)]);
        await NameAsync(5, [Place(1, pack: 4), Place(1, pack: 3)]);
        using ChunkIndex index = await LoadAsync();
        Assert.Equal([9UL, 3UL, 4UL], index.Find(Id(1)).Select(place => (ulong)place.Pack.Id.Value));
        LostPacks lost = new([new PackId(9), new PackId(3)]);
        Assert.True(index.TryFind(Id(1), lost, out ChunkPlace place) && place.Pack.Id.Value == 4);
        Assert.False(index.TryFind(Id(2), lost, out _));
        Assert.False(index.TryFind(Id(7), lost, out _));
    }

    [Fact]
    public async Task A_new_set_reads_only_its_own_index_blobs()
    {
        await NameAsync(1, [Place(1, 9)]);
        (await LoadAsync()).Dispose();
        await NameAsync(2, [Place(2, 1), Place(1, 1)]);
        await _blobs.DeleteAsync(_named[0].Id.BlobName, CancellationToken.None);
        using ChunkIndex index = await LoadAsync();
        Assert.Equal(3, index.Places.Count());
        Assert.True(index.TryFind(Id(1), out ChunkPlace place) && place.Pack.Id.Value == 9);
        Assert.Equal([9UL, 1UL], index.Find(Id(1)).Select(found => (ulong)found.Pack.Id.Value));
    }

    [Fact]
    public async Task A_damaged_or_cut_cache_is_built_anew()
    {
        ChunkPlace[] all = [.. Enumerable.Range(0, 300).Select(i => Place(i, 1))];
        await NameAsync(1, all);
        (await LoadAsync()).Dispose();
        string file = Assert.Single(Directory.GetFiles(_cache.Path));
        byte[] sound = await File.ReadAllBytesAsync(file);
        for (int at = 0; at < sound.Length; at += at < 100 ? 1 : 499)
        {
            byte[] damaged = [.. sound];
            damaged[at] ^= 1;
            await File.WriteAllBytesAsync(file, at % 2 == 0 ? damaged : sound[..at]);
            using ChunkIndex index = await LoadAsync();
            Assert.Equal(all.OrderBy(place => place.Id), index.Places);
        }
    }

    [Fact]
    public async Task A_missing_index_blob_is_named()
    {
        await NameAsync(1, [Place(1, 1)]);
        await _blobs.DeleteAsync(_named[0].Id.BlobName, CancellationToken.None);
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(LoadAsync);
        Assert.Equal(ErrorKind.Repository, exception.Kind);
        Assert.Contains(_named[0].Id.BlobName, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _sealed.Dispose();
    }

    private static ChunkId Id(int i) =>
        ChunkId.Read(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i)));

    private static ChunkPlace Place(int i, ulong pack) =>
        new(
            Id: Id(i),
            Pack: new PackEntry(new PackId(pack), 1_000_000, ChunkClass.Content),
            Frame: i % 5,
            FrameOffset: 64,
            SealedLength: 5000,
            Offset: 100,
            Length: 200 + (i % 9)
        );

    private Task<ChunkIndex> LoadAsync() =>
        ChunkIndex.LoadAsync(_sealed, Repository, _cache.Path, _named, CancellationToken.None);

    private async Task NameAsync(long sequence, ChunkPlace[] places)
    {
        var id = new ChunkIndexId((UInt128)(ulong)(_named.Count + 1));
        await _sealed.PutAsync(ObjectType.Index, id.BlobName, ChunkIndexTable.Encode(places), CancellationToken.None);
        _named.Add(new ChunkIndexSummary(id, sequence, places.Length));
    }
}
