using System.Buffers;
using System.Buffers.Binary;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>What the rows of a range of ids were when the lists of a set were made of them.</summary>
/// <param name="Range">The range's number.</param>
/// <param name="Rows">Rows that require a file.</param>
/// <param name="Sum">An order-free hash of them, two independent halves.</param>
/// <param name="IsListed">
/// Every one of them is a record of a list, and nothing else is to be said of it: it need not be looked at again.
/// </param>
public sealed record RequiredDigest(long Range, long Rows, (ulong First, ulong Second) Sum, bool IsListed);

/// <summary>The digests of all ranges, beside the lists that were made of their rows.</summary>
/// <param name="Method">How they were computed, and which file a row means: others are not compared with them.</param>
/// <param name="Ranges">By ascending number; a range without a row is not named.</param>
public sealed record RequiredDigests(string Method, IReadOnlyList<RequiredDigest> Ranges)
{
    private const byte Version = 1;
    private const string What = "the digests of required rows";
    private const int MaxMethodBytes = 64 * 1024;
    private const int MaxRecordBytes = MaxMethodBytes + 8;

    /// <summary>As a metadata stream.</summary>
    public async Task<ContentRef> WriteAsync(IChunkWriter chunks, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> buffer = new(64 * 1024);
        buffer.WriteByte(Version);
        buffer.WriteText(Method);
        foreach (RequiredDigest digest in Ranges)
        {
            buffer.WriteVarint((ulong)digest.Range);
            buffer.WriteVarint((ulong)digest.Rows);
            buffer.WriteByte(digest.IsListed ? (byte)1 : (byte)0);
            Span<byte> sum = buffer.GetSpan(16);
            BinaryPrimitives.WriteUInt64LittleEndian(sum, digest.Sum.First);
            BinaryPrimitives.WriteUInt64LittleEndian(sum[8..], digest.Sum.Second);
            buffer.Advance(16);
        }

        await using ContentStream stream = chunks.CreateStream(ChunkClass.Metadata);
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
        return await stream.CompleteAsync(cancellationToken);
    }

    /// <exception cref="Platform.Errors.PermanentException">Kind Repository: they cannot be read.</exception>
    public static async Task<RequiredDigests> ReadAsync(
        IChunkSource chunks,
        ContentRef digests,
        CancellationToken cancellationToken
    )
    {
        await using RecordStream stream = new(chunks.OpenRead(digests, ChunkClass.Metadata), MaxRecordBytes);
        await stream.BeginAsync(Version, What, cancellationToken);
        await stream.FillAsync(cancellationToken);
        (string method, int length) = ReadMethod(stream.Buffered);
        stream.Advance(length);
        List<RequiredDigest> ranges = [];
        while (await stream.FillAsync(cancellationToken))
        {
            (RequiredDigest digest, length) = ReadDigest(stream.Buffered, ranges.Count == 0 ? -1 : ranges[^1].Range);
            stream.Advance(length);
            ranges.Add(digest);
        }

        return new RequiredDigests(method, ranges);
    }

    private static (string Method, int Length) ReadMethod(ReadOnlySpan<byte> source)
    {
        VarintReader reader = new(source, What);
        return (reader.ReadText(MaxMethodBytes, "the method"), reader.Position);
    }

    private static (RequiredDigest Digest, int Length) ReadDigest(ReadOnlySpan<byte> source, long last)
    {
        VarintReader reader = new(source, What);
        long range = reader.ReadBounded(long.MaxValue, "a range");
        long rows = reader.ReadBounded(long.MaxValue, "the number of rows");
        byte listed = reader.ReadByte();
        ReadOnlySpan<byte> sum = reader.ReadBytes(16);
        return range > last && listed <= 1
            ? (
                new RequiredDigest(
                    range,
                    rows,
                    (BinaryPrimitives.ReadUInt64LittleEndian(sum), BinaryPrimitives.ReadUInt64LittleEndian(sum[8..])),
                    listed == 1
                ),
                reader.Position
            )
            : throw reader.Wrong("its ranges are not in order");
    }
}
