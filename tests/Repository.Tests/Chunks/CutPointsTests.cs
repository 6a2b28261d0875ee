using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Support;
using CsCheck;

namespace AlfrescoBackupFlows.Repository.Tests.Chunks;

public sealed class CutPointsTests
{
    private readonly ChunkKeys _keys = new(KeyRing.Generate(1));

    [Theory]
    [InlineData(ChunkClass.Dump)]
    [InlineData(ChunkClass.Metadata)]
    public void Lengths_are_within_bounds_and_add_up(ChunkClass chunkClass)
    {
        CutPoints cuts = CutPoints.Of(_keys, chunkClass);
        Gen.Int[0, 12 * cuts.AverageLength]
            .Sample(length => Assert.Equal(length, Cut(cuts, Content.Random(length, length)).Sum()), iter: 30);
    }

    [Theory]
    [InlineData(ChunkClass.Dump, 4 << 10)]
    [InlineData(ChunkClass.Metadata, 256 << 10)]
    public void The_average_of_random_bytes_is_near_what_is_wanted(ChunkClass chunkClass, int average)
    {
        CutPoints cuts = CutPoints.Of(_keys, chunkClass);
        List<int> lengths = Cut(cuts, Content.Random(256 * average, 1));
        Assert.InRange(lengths.Average(), average * 0.8, average * 1.5);
        Assert.InRange(lengths.Max(), cuts.AverageLength, cuts.MaxLength);
    }

    [Theory]
    [InlineData(ChunkClass.Dump)]
    [InlineData(ChunkClass.Metadata)]
    public void An_insertion_moves_only_the_cuts_beside_it(ChunkClass chunkClass)
    {
        CutPoints cuts = CutPoints.Of(_keys, chunkClass);
        byte[] before = Content.Random(64 * cuts.AverageLength, 1);
        int at = 20 * cuts.AverageLength;
        byte[] after = [.. before[..at], 1, 2, 3, .. before[at..]];
        HashSet<int> ends =
        [
            .. Ends(cuts, before).Where(end => end > at + (12 * cuts.AverageLength)).Select(end => end + 3),
        ];
        Assert.InRange(Ends(cuts, after).Count(ends.Contains), ends.Count * 9 / 10, ends.Count);
    }

    /// <summary>Changes that are evenly spaced are the worst: a chunk that is longer than the space is never as before.</summary>
    [Fact]
    public void Of_a_dump_with_each_hundredth_row_changed_more_than_a_fourth_of_the_bytes_are_in_chunks_as_before()
    {
        CutPoints cuts = CutPoints.Of(_keys, ChunkClass.Dump);
        byte[] before = Rows(changed: _ => false);
        byte[] after = Rows(changed: number => number % 100 == 7);
        HashSet<string> known = [.. Chunks(cuts, before).Select(Convert.ToHexString)];
        int kept = Chunks(cuts, after).Where(chunk => known.Contains(Convert.ToHexString(chunk))).Sum(c => c.Length);
        Assert.InRange(kept, after.Length / 4, after.Length);
    }

    [Fact]
    public void Another_key_cuts_elsewhere()
    {
        byte[] bytes = Content.Random(8 << 20, 1);
        ChunkKeys others = new(KeyRing.Generate(1));
        Assert.NotEqual(
            CutPoints.Of(_keys, ChunkClass.Metadata).First(bytes),
            CutPoints.Of(others, ChunkClass.Metadata).First(bytes)
        );
    }

    /// <summary>Some 6 MB of SQL, as a table of properties has it.</summary>
    private static byte[] Rows(Func<int, bool> changed)
    {
        StringBuilder rows = new();
        for (int i = 0; i < 60_000; i++)
        {
            int version = changed(i) ? 1 : 0;
            string value = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes((2 * i) + version))[..16]);
            rows.Append(
                CultureInfo.InvariantCulture,
                $"{i}\t6\t6\t\\N\tA title of document {value} of department\t7\t-1\t1\n"
            );
        }

        return Encoding.UTF8.GetBytes(rows.ToString());
    }

    private static IEnumerable<byte[]> Chunks(CutPoints cuts, byte[] bytes)
    {
        int start = 0;
        foreach (int end in Ends(cuts, bytes))
        {
            yield return bytes[start..end];
            start = end;
        }
    }

    private static IEnumerable<int> Ends(CutPoints cuts, byte[] bytes)
    {
        int end = 0;
        return Cut(cuts, bytes).Select(length => end += length);
    }

    private static List<int> Cut(CutPoints cuts, byte[] bytes)
    {
        List<int> lengths = [];
        for (int start = 0; start < bytes.Length; start += lengths[^1])
        {
            lengths.Add(cuts.First(bytes.AsSpan(start, Math.Min(cuts.MaxLength, bytes.Length - start))));
            Assert.True(
                (lengths[^1] >= cuts.MinLength && lengths[^1] <= cuts.MaxLength) || start + lengths[^1] == bytes.Length
            );
        }

        return lengths;
    }
}
