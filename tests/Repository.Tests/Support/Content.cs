using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

/// <summary>Bytes for tests, and ways to hand them over.</summary>
internal static class Content
{
    public static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Text(int length, int seed)
    {
        byte[] bytes = new byte[length];
        var random = new Random(seed);
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)('a' + (random.Next(100) < 90 ? i % 7 : random.Next(26)));
        }

        return bytes;
    }

    /// <summary>Reads in pieces of odd lengths.</summary>
    public static Func<Memory<byte>, CancellationToken, ValueTask<int>> Reader(byte[] bytes, int piece = 777_777)
    {
        int position = 0;
        return (memory, _) =>
        {
            int count = Math.Min(Math.Min(piece, memory.Length), bytes.Length - position);
            bytes.AsMemory(position, count).CopyTo(memory);
            position += count;
            return ValueTask.FromResult(count);
        };
    }

    public static Task<ContentRef> WriteAsync(this RunWriter writer, ChunkClass chunkClass, byte[] bytes) =>
        writer.WriteAsync(chunkClass, Reader(bytes), CancellationToken.None);

    public static async Task<byte[]> ReadAsync(this IChunkSource chunks, ContentRef content, ChunkClass chunkClass)
    {
        using Stream stream = chunks.OpenRead(content, chunkClass);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
