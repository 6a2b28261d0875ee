using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// What the rows of a range of ids are that require a file: how many, and the sum over an order-free hash of each in two
/// independent halves of 64 bits. Sums, so that rows that are equal do not cancel each other. It tells apart what happens
/// to a database, not what somebody makes up who may write to it: they could as well change the rows themselves.
/// </summary>
public readonly record struct RowDigest(long Rows, ulong First, ulong Second)
{
    public static RowDigest operator +(RowDigest left, RowDigest right) =>
        unchecked(new RowDigest(left.Rows + right.Rows, left.First + right.First, left.Second + right.Second));

    /// <summary>Of one row, with all that is said of it.</summary>
    internal static RowDigest Of(RequiredUrl row)
    {
        string text = FormattableString.Invariant($"{row.Id}\n{row.Size}\n{row.SizeFault}\n{row.UrlFault}\n{row.Url}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return new RowDigest(
            1,
            BinaryPrimitives.ReadUInt64LittleEndian(hash),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[8..])
        );
    }
}

/// <summary>The digests of all ranges of ids, from one database snapshot.</summary>
/// <param name="Method">How they were computed; digests of different methods say nothing of each other.</param>
/// <param name="Ranges">By the range's number; a range without a required row is not there.</param>
public sealed record RowDigests(string Method, IReadOnlyDictionary<long, RowDigest> Ranges)
{
    /// <summary>
    /// A range has 4,096 ids: few enough that a changed row brings few others with it, and enough that the digests of
    /// twenty million rows are 100 KB.
    /// </summary>
    internal const int RangeBits = 12;

    /// <summary>The ranges of which both say the same.</summary>
    public FrozenSet<long> EqualTo(RowDigests? other) =>
        other?.Method == Method
            ? other
                .Ranges.Where(range => Ranges.TryGetValue(range.Key, out RowDigest own) && own == range.Value)
                .Select(range => range.Key)
                .ToFrozenSet()
            : FrozenSet<long>.Empty;

    /// <summary>Ids below 0, which no sequence gives, and rows without an id (0) belong to the first range.</summary>
    public static long RangeOf(long id) => Math.Max(0, id) >> RangeBits;

    /// <summary>The lowest id of a range.</summary>
    internal static long LowestOf(long range) => range == 0 ? long.MinValue : range << RangeBits;

    /// <summary>The highest one.</summary>
    internal static long HighestOf(long range) => (range << RangeBits) | ((1L << RangeBits) - 1);
}
