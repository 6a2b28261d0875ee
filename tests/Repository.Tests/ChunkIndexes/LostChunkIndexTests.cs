using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Repository.Tests.ChunkIndexes;

/// <summary>Whatever is done to index blobs: every set is read, the loss is said, and the next set heals it. A host
/// that has them in its cache knows no more than another.</summary>
public sealed class LostChunkIndexTests
{
    private static readonly string[] Harms = ["deleted", "zeroed", "emptied", "cut", "flipped", "longer", "exchanged"];

    public static TheoryData<string, int> HarmsOfEach => [.. Harms.SelectMany(harm => new[] { (harm, 0), (harm, 1) })];

    [Theory]
    [MemberData(nameof(HarmsOfEach))]
    public async Task A_verification_says_so_with_or_without_a_cache(string harm, int number)
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        Assert.True((await bench.VerifyAsync("write")).IsSound);
        string name = await bench.HarmAsync(harm, number);
        foreach (string cache in (string[])["write", "none"])
        {
            VerifyReport report = await bench.VerifyAsync(cache);
            Finding found = Assert.Single(report.Findings);
            Assert.Equal(FindingSeverity.Error, found.Severity);
            Assert.StartsWith(
                $"The index blob '{name}' is {(harm == "deleted" ? "missing" : "damaged")}; these sets lean on it: ",
                found.Line,
                StringComparison.Ordinal
            );

            // The second set has files of the first, not the other way round.
            Assert.Equal(number == 0, found.Line.Contains(bench.Sets[0].ToString(), StringComparison.Ordinal));
            Assert.Contains(bench.Sets[1].ToString(), found.Line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(HarmsOfEach))]
    public async Task Every_set_is_read_all_the_same(string harm, int number)
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        string name = await bench.HarmAsync(harm, number);
        await bench.ReadsAllAsync("none", lost: name);
    }

    [Theory]
    [MemberData(nameof(HarmsOfEach))]
    public async Task The_next_set_heals_it_and_a_host_without_a_cache_reads_every_set(string harm, int number)
    {
        // The host that has the blob in its cache, and one that has nothing.
        string cache = number == 0 ? "write" : "none";
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        string name = await bench.HarmAsync(harm, number);
        RebuiltChunkIndex healed = await bench.CommitAsync(cache);
        Assert.Equal(name, Assert.Single(healed.Lost).Index.Id.BlobName);
        Assert.Single(healed.Warnings, warning => warning.Contains(name, StringComparison.Ordinal));
        Assert.Empty((await bench.VerifyAsync("write")).Findings);
        Assert.Empty((await bench.VerifyAsync("none")).Findings);
        await bench.ReadsAllAsync("none", lost: null);
        Assert.Empty((await bench.CommitAsync(cache)).Lost);
    }

    [Fact]
    public async Task A_replacement_that_is_lost_in_its_turn_is_healed_again()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        await bench.HarmAsync("flipped", 0);
        ChunkIndexId first = (await bench.CommitAsync("write")).Indexes[0].Id;
        await bench.HarmAsync("zeroed", first);
        Assert.False((await bench.VerifyAsync("write")).IsSound);
        await bench.ReadsAllAsync("none", lost: first.BlobName);
        Assert.Equal(first, Assert.Single((await bench.CommitAsync("write")).Lost).Index.Id);
        Assert.True((await bench.VerifyAsync("none")).Findings.IsEmpty);
        await bench.ReadsAllAsync("none", lost: null);
    }

    [Fact]
    public async Task All_index_blobs_that_are_lost_at_once_are_healed_at_once()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        await bench.HarmAsync("deleted", 0);
        await bench.HarmAsync("cut", 1);
        Assert.Equal(2, (await bench.VerifyAsync("write")).Errors);
        await bench.ReadsAllAsync("none", lost: "index/");
        Assert.Equal(2, (await bench.CommitAsync("none")).Lost.Length);
        Assert.True((await bench.VerifyAsync("none")).Findings.IsEmpty);
        await bench.ReadsAllAsync("none", lost: null);
    }

    [Fact]
    public async Task A_set_that_needs_another_index_blob_is_sound_by_itself()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        string name = await bench.HarmAsync("deleted", 1);
        VerifyReport first = await bench.VerifyAsync("none", set => set.Id == bench.Sets[0]);
        Assert.True(first.IsSound);
        Finding warning = Assert.Single(first.Findings);
        Assert.Equal(FindingSeverity.Warning, warning.Severity);
        Assert.Contains(name, warning.Line, StringComparison.Ordinal);
        Assert.False((await bench.VerifyAsync("none", set => set.Id == bench.Sets[1])).IsSound);
    }

    [Fact]
    public async Task Packs_that_are_lost_with_their_index_blob_stay_findings_after_it_is_healed()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        await bench.HarmAsync("deleted", 0);
        await bench.LosePacksAsync(ChunkClass.Dump);
        RebuiltChunkIndex healed = await bench.CommitAsync("none");
        Assert.Contains(
            healed.Warnings,
            warning => warning.Contains("packs are lost as well", StringComparison.Ordinal)
        );
        VerifyReport report = await bench.VerifyAsync("none");
        Assert.Contains(
            report.Findings,
            finding =>
                finding.Set == bench.Sets[0] && finding.Line.Contains("is stored nowhere", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Junk_under_the_name_of_a_pack_does_not_stop_the_healing()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        await bench.HarmAsync("deleted", 0);
        foreach ((int digit, int length) in new[] { (1, 0), (2, 1), (3, 100), (4, 100_000) })
        {
            await bench.Blobs.PutIfAbsentAsync(
                new PackId((UInt128)digit).BlobName,
                Content.Random(length, digit),
                TestContext.Current.CancellationToken
            );
        }

        Assert.Contains(
            (await bench.CommitAsync("none")).Warnings,
            warning => warning.Contains("4 packs could not be read", StringComparison.Ordinal)
        );
        Assert.True((await bench.VerifyAsync("none")).Findings.IsEmpty);
    }

    [Fact]
    public async Task One_bad_read_is_no_loss()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        string name = (await bench.IndexesAsync())[0].Id.BlobName;
        bench.Store = new BadReads(bench.Blobs, name, times: 1);
        Assert.True((await bench.VerifyAsync("none")).Findings.IsEmpty);
        bench.Store = new BadReads(bench.Blobs, name, times: 1);
        Assert.Empty((await bench.CommitAsync("write")).Lost);
    }

    [Fact]
    public async Task What_replaces_an_index_blob_stands_in_the_state_and_a_state_without_it_is_read()
    {
        using LostIndexBench bench = await LostIndexBench.CreateAsync();
        await bench.HarmAsync("deleted", 0);
        await bench.CommitAsync("write");
        LogState state = await bench.FillLogToStateAsync();
        ImmutableArray<ChunkIndexSummary> indexes = state.Indexes;
        ChunkIndexSummary replacement = Assert.Single(indexes, index => !index.Replaces.IsDefault);
        Assert.Equal([indexes[0].Id], replacement.Replaces);
        Assert.Equal(indexes.Skip(1), LogState.Live(indexes));
        await bench.ReadsAllAsync("none", lost: null);
        var carried = StateDocument.From(state);
        Assert.True(
            LogJson.Same(
                carried,
                carried with
                {
                    Indexes = [.. indexes.Select(index => index with { Replaces = default })],
                }
            )
        );
        Assert.False(LogJson.Same(carried, carried with { Indexes = [.. indexes.Skip(1)] }));
    }
}
