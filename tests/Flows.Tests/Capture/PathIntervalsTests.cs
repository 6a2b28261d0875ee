using System.Text;
using AlfrescoBackupFlows.Flows.Capture;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class PathIntervalsTests
{
    [Fact]
    public void A_path_is_in_one_of_them_as_a_search_through_all_says()
    {
        var random = new Random(3);
        string[] paths = [.. Enumerable.Range(0, 60).SelectMany(i => new[] { $"d{i:00}", $"d{i:00}/f" }).Order()];
        for (int round = 0; round < 200; round++)
        {
            var intervals = new PathIntervals();
            (int From, int To)[] stretches =
            [
                .. Enumerable
                    .Range(0, random.Next(8))
                    .Select(_ => random.Next(paths.Length))
                    .Select(at => (at, Math.Min(paths.Length - 1, at + random.Next(9)))),
            ];
            foreach ((int from, int to) in stretches)
            {
                intervals.Add(Bytes(paths[from]), Bytes(paths[to]));
            }

            Assert.Equal(stretches.Length == 0, intervals.IsEmpty);
            for (int i = 0; i < paths.Length; i++)
            {
                Assert.Equal(stretches.Any(one => one.From <= i && i <= one.To), intervals.Contains(Bytes(paths[i])));
                int end = Math.Min(paths.Length - 1, i + 3);
                Assert.Equal(
                    stretches.Any(one => one.From <= end && i <= one.To),
                    intervals.Overlaps(Bytes(paths[i]), Bytes(paths[end]))
                );
            }
        }
    }

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);
}
