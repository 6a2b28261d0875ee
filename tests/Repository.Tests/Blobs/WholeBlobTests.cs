using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Blobs;

/// <summary>Whoever may write to the store can put blobs of any length where many are read at once.</summary>
public sealed class WholeBlobTests
{
    private const int Large = 9 << 20;

    [Fact]
    public async Task Large_blobs_are_in_memory_one_after_the_other()
    {
        MemoryBlobStore blobs = new();
        await Parallel.ForAsync(0, 8, async (i, token) => await blobs.PutAsync($"a/{i}", new byte[Large], token));
        int open = 0;
        int most = 0;

        await Parallel.ForAsync(
            0,
            8,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, token) =>
                await WholeBlob.TryReadAsync(
                    blobs,
                    $"a/{i}",
                    16 << 20,
                    bytes =>
                    {
                        most = Math.Max(most, Interlocked.Increment(ref open));
                        Assert.Equal(Large, bytes.Length);
                        Thread.Yield();
                        Interlocked.Decrement(ref open);
                        return string.Empty;
                    },
                    token
                )
        );

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_planted_receipt_that_no_pack_fills_is_not_read()
    {
        LongReads blobs = new();
        await using OpenedRepository opened = await OpenedRepository.CreateAsync(blobs);
        string receipt = RunNames.Receipt(OpenedRepository.Run, new PackId(7));
        await blobs.PutAsync(receipt, new byte[Large], CancellationToken.None);

        await opened.ReloadAsync();

        Assert.Contains((receipt, 0), blobs.Reads);
        Assert.DoesNotContain(blobs.Reads, read => read.Name == receipt && read.Offset > 0);
    }

    private sealed class LongReads : WrappedStore
    {
        public List<(string Name, long Offset)> Reads { get; } = [];

        public override Task<int?> ReadAsync(
            string name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        )
        {
            lock (Reads)
            {
                Reads.Add((name, offset));
            }

            return base.ReadAsync(name, offset, destination, cancellationToken);
        }
    }
}
