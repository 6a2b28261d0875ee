using System.Text;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Runtime;

public sealed class RangeCutsTests : IDisposable
{
    private readonly TempDirectory _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_store_of_one_hour_is_cut_between_its_minutes_so_that_all_workers_have_a_share()
    {
        MakeMinutes(days: 1, hours: 1, minutes: 40);

        Assert.Equal(["2025/1/1/0/18", "2025/1/1/0/27", "2025/1/1/0/36"], Cuts(parallelism: 2));
        Assert.Empty(Cuts(parallelism: 1));
    }

    [Fact]
    public void A_store_of_one_day_is_cut_between_its_hours()
    {
        MakeMinutes(days: 1, hours: 20, minutes: 1);

        Assert.Equal(["2025/1/1/13", "2025/1/1/18", "2025/1/1/5"], Cuts(parallelism: 2));
    }

    [Fact]
    public void A_small_store_of_one_day_is_one_range()
    {
        MakeMinutes(days: 1, hours: 5, minutes: 3);

        Assert.Empty(Cuts(parallelism: 2));
    }

    [Fact]
    public void Days_that_are_enough_for_all_workers_stay_whole()
    {
        MakeMinutes(days: 5, hours: 3, minutes: 4);

        string[] days = ["2025/1/2", "2025/1/3", "2025/1/4", "2025/1/5"];
        Assert.Equal(days, Cuts(parallelism: 2));
        Assert.Equal(7, Cuts(parallelism: 4).Length);
    }

    [Fact]
    public void A_store_without_directories_is_one_range()
    {
        File.WriteAllText(_store.Combine("a.bin"), "a");

        Assert.Empty(Cuts(parallelism: 8));
    }

    /// <summary>Otherwise the segments there would be written anew, joined, in the night after the first.</summary>
    [Fact]
    public async Task Where_a_plan_has_cut_segments_the_next_one_cuts_as_well_and_at_no_other_place_that_is_near()
    {
        string[] cuts = await CutsOfListingAsync(4, parallelism: 2, isCutByPlan: [0, 1, 2]);
        Assert.Equal(["00/", "01/", "02/"], cuts);

        // They do not stand in the place of those that share out the work.
        Assert.Equal(["00/", "05/"], await CutsOfListingAsync(12, parallelism: 2, isCutByPlan: [0]));
        Assert.Equal(["05/"], await CutsOfListingAsync(12, parallelism: 2, isCutByPlan: [5]));
    }

    [Fact]
    public async Task More_of_them_than_twice_the_workers_are_given_up()
    {
        Assert.Equal(["05/"], await CutsOfListingAsync(12, parallelism: 2, isCutByPlan: [1, 3, 7, 9]));
        Assert.Equal(["05/"], await CutsOfListingAsync(12, parallelism: 2, isCutByPlan: []));
    }

    private static async Task<string[]> CutsOfListingAsync(int segments, int parallelism, int[] isCutByPlan)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using CaptureBench bench = await CaptureBench.CreateAsync(token);
        ContentRef listing = await bench.StoreAsync(async writer =>
        {
            await using var root = new ListingRoot(writer);
            for (int i = 0; i < segments; i++)
            {
                byte[] path = Encoding.UTF8.GetBytes($"{i:d2}");
                await root.AddAsync(new SegmentRow(path, path, new ChunkId((UInt128)i), 10, 10, 10), token);
            }

            return (await root.CompleteAsync(token)).Listing;
        });
        int number = 0;
        return
        [
            .. (
                await RangeCuts.OfListingAsync(
                    new ListingReader(bench.Chunks, listing),
                    parallelism,
                    token,
                    _ => isCutByPlan.Contains(number++)
                )
            ).Select(Encoding.UTF8.GetString),
        ];
    }

    private void MakeMinutes(int days, int hours, int minutes)
    {
        foreach (
            (int day, int hour, int minute) in from day in Enumerable.Range(1, days)
            from hour in Enumerable.Range(0, hours)
            from minute in Enumerable.Range(0, minutes)
            select (day, hour, minute)
        )
        {
            Directory.CreateDirectory(_store.Combine("2025", "1", $"{day}", $"{hour}", $"{minute}"));
        }
    }

    private string[] Cuts(int parallelism)
    {
        using SourceTree tree = SourceTree.Open(_store.Path);
        return [.. RangeCuts.OfDirectories(tree, parallelism).Select(Encoding.UTF8.GetString)];
    }
}
