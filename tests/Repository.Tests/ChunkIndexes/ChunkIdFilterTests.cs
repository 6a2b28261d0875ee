using System.Buffers.Binary;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Repository.Tests.ChunkIndexes;

public sealed class ChunkIdFilterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50_000)]
    public void Every_id_that_was_added_is_held_and_hardly_another(int count)
    {
        ChunkIdFilter filter = new(count);
        for (int i = 0; i < count; i++)
        {
            filter.Add(Id(i));
        }

        Assert.All(Enumerable.Range(0, count), i => Assert.True(filter.MayHold(Id(i))));
        Assert.InRange(Enumerable.Range(count, 20_000).Count(i => filter.MayHold(Id(i))), 0, 400);
    }

    private static ChunkId Id(int number) => ChunkId.Read(SHA256.HashData(Bytes(number)));

    private static byte[] Bytes(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}
