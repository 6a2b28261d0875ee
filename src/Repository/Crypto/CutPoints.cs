namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Keyed content-defined cut points (a gear hash with normalized chunking): after <see cref="MinLength"/> bytes a
/// harder mask up to the average, an easier one after it, and an end at <see cref="MaxLength"/>. The table is the
/// repository's secret, so lengths of chunks do not tell what is in them to somebody who has not got the key.
/// </summary>
internal sealed class CutPoints(ChunkKeys keys)
{
    public const int MinLength = 64 << 10;
    public const int AverageLength = 256 << 10;
    public const int MaxLength = 1 << 20;

    // The upper bits of the hash depend on the last 64 bytes; the lower ones on fewer.
    private const ulong HardMask = ((1UL << 20) - 1) << 44;
    private const ulong EasyMask = ((1UL << 16) - 1) << 48;

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
            if ((hash & HardMask) == 0)
            {
                return i + 1;
            }
        }

        for (; i < end; i++)
        {
            hash = (hash << 1) + gear[data[i]];
            if ((hash & EasyMask) == 0)
            {
                return i + 1;
            }
        }

        return end;
    }
}
