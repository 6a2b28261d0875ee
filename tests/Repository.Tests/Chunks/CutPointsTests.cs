using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Tests.Support;
using CsCheck;

namespace AlfrescoBackupFlows.Repository.Tests.Chunks;

public sealed class CutPointsTests
{
    private readonly CutPoints _cuts = new(new ChunkKeys(KeyRing.Generate(1)));

    [Fact]
    public void Lengths_are_within_bounds_and_add_up()
    {
        Gen.Int[0, 3_000_000]
            .Sample(length => Assert.Equal(length, Cut(Content.Random(length, length)).Sum()), iter: 30);
    }

    [Fact]
    public void The_average_of_random_bytes_is_near_256_KiB()
    {
        List<int> lengths = Cut(Content.Random(64 << 20, 1));
        Assert.InRange(lengths.Average(), 200_000, 400_000);
        Assert.InRange(lengths.Max(), CutPoints.AverageLength, CutPoints.MaxLength);
    }

    [Fact]
    public void An_insertion_moves_only_the_cuts_beside_it()
    {
        byte[] before = Content.Random(16 << 20, 1);
        byte[] after = [.. before[..5_000_000], 1, 2, 3, .. before[5_000_000..]];
        HashSet<int> ends = [.. Ends(before).Where(end => end > 8_000_000).Select(end => end + 3)];
        Assert.InRange(Ends(after).Count(ends.Contains), ends.Count * 9 / 10, ends.Count);
    }

    [Fact]
    public void Another_key_cuts_elsewhere()
    {
        byte[] bytes = Content.Random(8 << 20, 1);
        var others = new CutPoints(new ChunkKeys(KeyRing.Generate(1)));
        Assert.NotEqual(_cuts.First(bytes), others.First(bytes));
    }

    private IEnumerable<int> Ends(byte[] bytes)
    {
        int end = 0;
        return Cut(bytes).Select(length => end += length);
    }

    private List<int> Cut(byte[] bytes)
    {
        List<int> lengths = [];
        for (int start = 0; start < bytes.Length; start += lengths[^1])
        {
            lengths.Add(_cuts.First(bytes.AsSpan(start, Math.Min(CutPoints.MaxLength, bytes.Length - start))));
            Assert.True(
                lengths[^1] is >= CutPoints.MinLength and <= CutPoints.MaxLength || start + lengths[^1] == bytes.Length
            );
        }

        return lengths;
    }
}
