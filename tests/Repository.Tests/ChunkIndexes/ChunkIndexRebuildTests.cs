using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Tests.ChunkIndexes;

public sealed class ChunkIndexRebuildTests
{
    [Theory]
    [InlineData(1, 64, 1)]
    [InlineData(8, 64, 1)]
    [InlineData(9, 64, 2)]
    [InlineData(20, 64, 3)]
    [InlineData(20, 1, 3)]
    [InlineData(20, 128, 5)]
    public void Of_many_index_blobs_each_run_reads_a_part_until_all_were_read(int blobs, int mebibytes, int runs)
    {
        ImmutableArray<ChunkIndexSummary> live =
        [
            .. Enumerable.Range(0, blobs).Select(i => new ChunkIndexSummary(new ChunkIndexId((UInt128)i), i, 1)),
        ];

        ImmutableArray<ChunkIndexSummary>[] parts =
        [
            .. Enumerable
                .Range(40, runs)
                .Select(turn => ChunkIndexRebuild.ShareOf(live, _ => (long)mebibytes << 20, turn)),
        ];

        Assert.All(parts, part => Assert.InRange(part.Length, 1, 8));
        Assert.Equal(live, parts.SelectMany(part => part).OrderBy(index => index.Sequence));
    }
}
