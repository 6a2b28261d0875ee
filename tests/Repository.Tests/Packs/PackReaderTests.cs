using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Tests.Support;

namespace AlfrescoBackupFlows.Repository.Tests.Packs;

public sealed class PackReaderTests
{
    [Fact]
    public async Task A_pack_says_by_itself_what_the_index_says()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        IReadOnlyList<ChunkPlace> places = await WriteAsync(opened);
        PackContents contents = await opened.Repository.ReadPackAsync(places[0].Pack, CancellationToken.None);
        Assert.Equal(places.OrderBy(place => place.Id), contents.Chunks.OrderBy(place => place.Id));
    }

    [Fact]
    public async Task Any_flipped_byte_is_damage_that_names_the_pack_for_the_whole_and_for_single_chunks()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        IReadOnlyList<ChunkPlace> places = await WriteAsync(opened);
        PackEntry pack = places[0].Pack;
        byte[] original = await Stored.BytesAsync(opened.Blobs, pack.Id.BlobName);
        for (int at = 0; at < original.Length; at += at is < 100 || at > original.Length - 400 ? 1 : 997)
        {
            byte[] damaged = [.. original];
            damaged[at] ^= 0x10;
            await opened.Blobs.PutAsync(pack.Id.BlobName, damaged, CancellationToken.None);
            PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
                opened.Repository.ReadPackAsync(pack, CancellationToken.None)
            );
            Assert.Equal(ErrorKind.Repository, exception.Kind);
            Assert.Contains(pack.Id.BlobName, exception.Message, StringComparison.Ordinal);
            foreach (
                ChunkPlace place in places.Where(place =>
                    at < ObjectHeader.Size || (at >= place.FrameOffset && at < place.FrameOffset + place.SealedLength)
                )
            )
            {
                exception = await Assert.ThrowsAsync<PermanentException>(() =>
                    opened.OpenReader().ReadChunkAsync(place.Id, ChunkClass.Content, CancellationToken.None).AsTask()
                );
                Assert.Equal(ErrorKind.Repository, exception.Kind);
            }
        }
    }

    [Fact]
    public async Task A_short_long_swapped_or_missing_pack_is_damage_that_names_it()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        IReadOnlyList<ChunkPlace> places = await WriteAsync(opened);
        PackEntry pack = places[0].Pack;
        string name = pack.Id.BlobName;
        byte[] original = await Stored.BytesAsync(opened.Blobs, name);
        foreach (
            byte[] damaged in (byte[][])
                [original[..^1], original[..100], [], [.. original, 0], [.. original[..^16], .. original[^32..^16]]]
        )
        {
            await opened.Blobs.PutAsync(name, damaged, CancellationToken.None);
            PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
                opened.Repository.ReadPackAsync(pack, CancellationToken.None)
            );
            Assert.Equal(ErrorKind.Repository, exception.Kind);
        }

        var other = new PackEntry(new PackId(1), pack.Length, pack.Class);
        await opened.Blobs.PutAsync(other.Id.BlobName, original, CancellationToken.None);
        await Assert.ThrowsAsync<PermanentException>(() =>
            opened.Repository.ReadPackAsync(other, CancellationToken.None)
        );
        await opened.Blobs.PutAsync(name, original, CancellationToken.None);
        await Assert.ThrowsAsync<PermanentException>(() =>
            opened.Repository.ReadPackAsync(pack with { Class = ChunkClass.Dump }, CancellationToken.None)
        );
        await opened.Blobs.DeleteAsync(name, CancellationToken.None);
        PermanentException missing = await Assert.ThrowsAsync<PermanentException>(() =>
            opened.OpenReader().ReadChunkAsync(places[0].Id, ChunkClass.Content, CancellationToken.None).AsTask()
        );
        Assert.Contains($"'{name}' of the repository is missing", missing.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<ChunkPlace>> WriteAsync(OpenedRepository opened)
    {
        await using RunWriter writer = opened.OpenWriter("a");
        List<ChunkId> ids = [];
        foreach (
            byte[] bytes in (byte[][])
                [
                    Content.Random(10, 1),
                    Content.Text(3000, 2),
                    Content.Random(300_000, 3),
                    Content.Text(400_000, 4),
                    Content.Random(50, 5),
                ]
        )
        {
            ids.Add(await writer.AddChunkAsync(ChunkClass.Content, bytes, CancellationToken.None));
        }

        await writer.CommitPageAsync(
            new PageResult("me", ContentRef.Empty),
            TestJson.Default.PageResult,
            CancellationToken.None
        );
        return
        [
            .. ids.Select(id =>
                opened.RunChunkIndex.TryFind(id, out ChunkPlace place)
                    ? place
                    : throw new InvalidOperationException("Not stored.")
            ),
        ];
    }
}
