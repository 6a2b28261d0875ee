using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using CsCheck;

namespace AlfrescoBackupFlows.Repository.Tests.Listings;

public sealed class PathOrderTests
{
    private static readonly Gen<byte[]> Paths = Gen.Select(
        Gen.Byte[1, 255].Select(b => b == '/' ? (byte)'a' : b).Array[1, 3].Array[1, 4],
        parts =>
        {
            byte[] path = [.. parts.SelectMany(part => (byte[])[.. part, (byte)'/'])];
            return path[..^1];
        }
    );

    [Fact]
    public void A_directory_is_followed_at_once_by_all_below_it()
    {
        string[] sorted = ["", "a", "a/b", "a/b/c", "a/c", "a\u0001", "a b", "a-b", "a.b", "a0", "b"];
        string[] shuffled = [.. sorted.OrderBy(name => name.Length).ThenDescending()];
        Assert.Equal(sorted, shuffled.OrderBy(Encoding.UTF8.GetBytes, PathOrder.Instance));
    }

    [Fact]
    public void The_order_is_that_of_components()
    {
        Gen.Select(Paths, Paths)
            .Sample(
                (left, right) =>
                {
                    int expected = Components(left, right);
                    Assert.Equal(Math.Sign(expected), Math.Sign(PathOrder.Compare(left, right)));
                }
            );
    }

    [Fact]
    public void A_range_of_a_directory_holds_it_and_what_is_below()
    {
        PathRange range = PathRange.Of("a/b"u8);
        Assert.True(range.Contains("a/b"u8));
        Assert.True(range.Contains("a/b/c"u8));
        Assert.True(range.Contains("a/b/\u0001"u8));
        Assert.False(range.Contains("a"u8));
        Assert.False(range.Contains("a/b\u0001"u8));
        Assert.False(range.Contains("a/b c"u8));
        Assert.True(PathRange.Of(""u8).Contains("x"u8));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("a", true)]
    [InlineData("a/..b/...", true)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData(".", false)]
    [InlineData("a/..", false)]
    [InlineData("../a", false)]
    [InlineData("a/./b", false)]
    [InlineData("a\0b", false)]
    public void Only_paths_that_stay_inside_are_valid(string path, bool valid) =>
        Assert.Equal(valid, PathOrder.IsValid(Encoding.UTF8.GetBytes(path)));

    [Fact]
    public void Text_of_odd_bytes_is_unambiguous()
    {
        Assert.Equal(@"caf\xe9/ok\\n\x0a", TreePath.Display([.. "caf"u8, 0xE9, .. "/ok\\n\n"u8]));
        Assert.Equal("Ärger/漢字", TreePath.Display("Ärger/漢字"u8));
    }

    private static int Components(byte[] left, byte[] right)
    {
        string[] a = Encoding.Latin1.GetString(left).Split('/');
        string[] b = Encoding.Latin1.GetString(right).Split('/');
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            int order = string.CompareOrdinal(a[i], b[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return a.Length - b.Length;
    }
}

file static class Ordering
{
    public static IOrderedEnumerable<string> ThenDescending(this IOrderedEnumerable<string> source) =>
        source.ThenByDescending(name => name, StringComparer.Ordinal);
}
