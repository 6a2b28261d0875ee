using System.Numerics;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Keyed content-defined cut points (a gear hash with normalized chunking): after <see cref="MinLength"/> bytes a
/// harder mask up to the average, an easier one after it, and an end at <see cref="MaxLength"/>. The table is the
/// repository's secret, so lengths of chunks do not tell what is in them to somebody who has not got the key.
/// </summary>
/// <param name="keys">The table.</param>
/// <param name="averageLength">Bytes, a power of two.</param>
internal sealed class CutPoints(ChunkKeys keys, int averageLength)
{
    /// <summary>
    /// Of a dump: rows that changed lie anywhere in a table, and every chunk with one of them is stored again. A hundred
    /// rows of properties are some 9 KiB.
    /// </summary>
    private const int DumpAverage = 4 << 10;

    private const int UsualAverage = 256 << 10;

    // The upper bits of the hash depend on the last 64 bytes; the lower ones on fewer.
    private readonly ulong _hardMask = ~(ulong.MaxValue >> (BitOperations.Log2((uint)averageLength) + 2));
    private readonly ulong _easyMask = ~(ulong.MaxValue >> (BitOperations.Log2((uint)averageLength) - 2));

    public int AverageLength => averageLength;

    public int MinLength => averageLength / 4;

    public int MaxLength => averageLength * 4;

    public static CutPoints Of(ChunkKeys keys, ChunkClass chunkClass) =>
        new(keys, chunkClass == ChunkClass.Dump ? DumpAverage : UsualAverage);

    /// <summary>
    /// The length of the first chunk of <paramref name="data"/>, which holds <see cref="MaxLength"/> bytes or more, or
    /// all that is left.
    /// </summary>
    public int First(ReadOnlySpan<byte> data)
    {
        if (data.Length <= MinLength)
        {
            return data.Length;
        }

        ReadOnlySpan<ulong> gear = keys.Gear;
        (ulong hardMask, ulong easyMask) = (_hardMask, _easyMask);
        int end = Math.Min(data.Length, MaxLength);
        int average = Math.Min(end, AverageLength);
        ulong hash = 0;

        // The hash looks back 64 bytes: begin that far ahead, so that a cut depends on the same bytes wherever a chunk
        // began.
        int i = MinLength - 64;
        for (; i < MinLength; i++)
        {
            hash = (hash << 1) + gear[data[i]];
        }

        for (; i < average; i++)
        {
            hash = (hash << 1) + gear[data[i]];
            if ((hash & hardMask) == 0)
            {
                return i + 1;
            }
        }

        for (; i < end; i++)
        {
            hash = (hash << 1) + gear[data[i]];
            if ((hash & easyMask) == 0)
            {
                return i + 1;
            }
        }

        return end;
    }
}
