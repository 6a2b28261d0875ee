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

    public static async Task<ContentRef> WriteAsync(this RunWriter writer, ChunkClass chunkClass, byte[] bytes)
    {
        using var stream = new OddPieces(bytes);
        return await writer.WriteAsync(chunkClass, stream, CancellationToken.None);
    }

    public static async Task<byte[]> ReadAsync(this IChunkSource chunks, ContentRef content, ChunkClass chunkClass)
    {
        using Stream stream = chunks.OpenRead(content, chunkClass);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    /// <summary>Is read in pieces of odd lengths.</summary>
    private sealed class OddPieces(byte[] bytes) : MemoryStream(bytes)
    {
        private const int Piece = 777_777;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(Piece, buffer.Length)], cancellationToken);
    }
}
