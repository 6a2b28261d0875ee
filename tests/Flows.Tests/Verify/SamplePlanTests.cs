using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Verify.Activities;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Verify;

/// <summary>Samples of one turn read every pack before they read one again.</summary>
public sealed class SamplePlanTests
{
    private static readonly SampleRequest FivePercent = new(0.05, null, "all");

    [Fact]
    public void All_packs_are_read_in_turn_and_none_twice_before()
    {
        PackEntry[] packs = Packs(200, ChunkClass.Content).Concat(Packs(20, ChunkClass.Metadata)).ToArray();
        var start = new SampleStart(PackId.Draw(ChunkClass.Content).ToString(), []);
        List<PackId> read = [];
        int samples = 0;
        while (read.Distinct().Count() < packs.Length)
        {
            ImmutableArray<PackEntry> plan = new SamplePlan(start, FivePercent, packs).Packs;
            long bytes = plan.Sum(static pack => (long)pack.Length);
            Assert.InRange(bytes, packs.Sum(static pack => (long)pack.Length) / 20, bytes);
            read.AddRange(plan.Select(static pack => pack.Id));
            start = Reached(start, packs, plan[^1], plan, []);
            samples++;
        }

        Assert.InRange(samples, 15, 20);
        Assert.Equal(packs.Length, read.Take(packs.Length).Distinct().Count());
        Assert.Equal(
            packs.Length,
            new SamplePlan(start, new SampleRequest(1, null, "all"), packs).Packs.Distinct().Count()
        );
        Assert.Equal(
            packs.Length,
            new SamplePlan(start, new SampleRequest(null, TimeSpan.MaxValue, "all"), packs).Packs.Length
        );
    }

    [Fact]
    public void A_damaged_pack_is_read_by_every_sample_until_it_is_sound_and_does_not_move_the_turn()
    {
        PackEntry[] packs = Packs(40, ChunkClass.Content);
        PackId damaged = packs[7].Id;
        var start = new SampleStart(packs[3].Id.ToString(), []);
        ImmutableArray<PackEntry> first = new SamplePlan(start, FivePercent, packs).Packs;

        SampleStart found = Reached(start, packs, first[^1], first, [damaged]);
        SamplePlan second = new(found, FivePercent, packs);

        Assert.Equal(damaged, second.Packs[0].Id);
        Assert.DoesNotContain(second.Packs.Skip(1), pack => first.Contains(pack));
        Assert.Equal(second.Packs.Skip(1), second.After(damaged.ToString()));
        SampleStart again = Reached(found, packs, second.Packs[0], [second.Packs[0]], [damaged]);
        Assert.Equal((found.After, damaged.ToString()), (again.After, Assert.Single(again.Damaged)));
        SampleStart repaired = Reached(found, packs, second.Packs[^1], second.Packs, []);
        Assert.Empty(repaired.Damaged);
        Assert.Equal(second.Packs[^1].Id.ToString(), repaired.After);
    }

    private static SampleStart Reached(
        SampleStart start,
        PackEntry[] packs,
        PackEntry last,
        IEnumerable<PackEntry> read,
        HashSet<PackId> damaged
    ) => new SamplePlan(start, FivePercent, packs).Reached(last.Id.ToString(), read, damaged, start);

    private static PackEntry[] Packs(int count, ChunkClass chunkClass)
    {
        var random = new Random(5);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => new PackEntry(PackId.Draw(chunkClass), random.Next(1, 1000), chunkClass)),
        ];
    }
}
