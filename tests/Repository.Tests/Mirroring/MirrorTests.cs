using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Format;
using AlfrescoBackupFlows.Repository.Tests.Garbage;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Mirroring;

public sealed class MirrorTests
{
    [Fact]
    public async Task A_new_target_is_the_repository_and_later_mirrors_copy_what_is_new()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        MemoryBlobStore target = new();

        MirrorReport planned = await MirrorBench.RunAsync(bench.Blobs, target, new MirrorOptions { IsDryRun = true });
        Assert.Empty(await bench.NamesAsync(string.Empty, target));
        MirrorReport first = await MirrorBench.RunAsync(bench.Blobs, target);

        await bench.CheckAsync(target);
        Assert.True(first.IsDone);
        Assert.Equal(planned, first with { Different = planned.Different });
        Assert.Equal(
            (await bench.NamesAsync(string.Empty)).Count(name => !name.StartsWith("runs/", StringComparison.Ordinal)),
            first.CopiedBlobs
        );
        Assert.Empty(await bench.NamesAsync("runs/", target));

        CountingBlobStore counted = new(target);
        Assert.Equal(0, (await MirrorBench.RunAsync(bench.Blobs, counted)).CopiedBlobs);
        Assert.Equal(0, counted.Count(BlobVerb.PutIfAbsent));
        await bench.BackUpAsync(1);
        MirrorReport second = await MirrorBench.RunAsync(bench.Blobs, counted);
        Assert.Equal(second.CopiedBlobs, counted.Count(BlobVerb.PutIfAbsent));
        Assert.Equal(2, second.LogEntries);
        await bench.CheckAsync(target);
    }

    [Fact]
    public async Task No_passphrase_is_needed_and_another_reader_reads_the_copy()
    {
        using TempDirectory temp = new();
        DirectoryBlobStore source = await DirectoryBlobStore.CreateAsync(
            temp.Combine("a"),
            TimeProvider.System,
            default
        );
        DirectoryBlobStore target = await DirectoryBlobStore.CreateAsync(
            temp.Combine("b"),
            TimeProvider.System,
            default
        );
        await SampleRepository.WriteAsync(source, "passphrase", temp.Combine("cache"), large: false);

        await MirrorBench.RunAsync(source, target);

        (var lines, _) = await SampleRepository.ReadAsync(
            target,
            SampleRepository.Access("passphrase", temp.Combine("c"))
        );
        Assert.Equal(
            (await SampleRepository.ReadAsync(source, SampleRepository.Access("passphrase", temp.Combine("d")))).Lines,
            lines
        );
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(lines, await IndependentReader.ReadAsync(temp.Combine("b"), SampleRepository.Passphrase));
        }
    }

    /// <summary>At each request to either store, before it arrives and after it was served: a first mirror, and one
    /// that follows backups and a prune.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Killed_at_any_request_the_target_has_every_set_that_it_names_and_the_next_one_ends_it(
        bool isFirst,
        bool served
    )
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        MemoryBlobStore before = new();
        if (!isFirst)
        {
            await MirrorBench.RunAsync(bench.Blobs, before);
        }

        await bench.ForgetAsync(0);
        await bench.PruneAsync();
        await bench.BackUpAsync(2);
        int requests = await MirrorBench.CountAsync(bench.Blobs, await MirrorBench.CopyAsync(before));
        Assert.True(requests > 25, $"{requests} requests");
        for (int request = 1; request <= requests; request++)
        {
            IBlobStore target = await MirrorBench.CopyAsync(before);
            await MirrorBench.KillAsync(bench.Blobs, target, request, served);
            await MirrorBench.RequireWholeAsync(bench, target, isFirst);

            Assert.True((await MirrorBench.RunAsync(bench.Blobs, target)).IsDone);

            await bench.CheckAsync(target);
        }
    }

    [Fact]
    public async Task A_prune_at_any_request_of_the_mirror_leaves_a_target_that_has_every_set_that_it_names()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpHalvesAsync();
        IBlobStore original = await bench.CopyAsync();
        int requests = await MirrorBench.CountAsync(bench.Blobs, new MemoryBlobStore());
        bool prunedInTheMiddle = false;
        for (int request = 1; request <= requests; request++)
        {
            using PruneBench other = PruneBench.Of(await MirrorBench.CopyAsync(original), bench.Sets);
            MemoryBlobStore target = new();
            int number = request;
            RequestNumbers numbers = new();
            VisitedBlobStore source = new(
                other.Blobs,
                numbers,
                async (call, isServed, _) =>
                {
                    if (
                        Interlocked.CompareExchange(ref number, 0, isServed ? 0 : call.Number) == call.Number
                        && !isServed
                    )
                    {
                        await other.ForgetAsync(0, 1, 2);
                        await other.PruneAsync();
                    }
                }
            );

            MirrorReport report = await MirrorBench.RunAsync(source, target);

            await MirrorBench.RequireWholeAsync(other, target, mayBeNone: false);
            prunedInTheMiddle |= report.ExtraBlobs > 0;
            await MirrorBench.RunAsync(other.Blobs, target);
            await other.CheckAsync(number == 0 ? target : other.Blobs);
        }

        Assert.True(prunedInTheMiddle);
    }

    [Fact]
    public async Task What_the_source_has_pruned_stays_in_the_target()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(4);
        MemoryBlobStore target = new();
        await MirrorBench.RunAsync(bench.Blobs, target);
        string[] before = await bench.NamesAsync("packs/", target);
        await bench.ForgetAsync(0, 1);
        await bench.PruneAsync();

        MirrorReport report = await MirrorBench.RunAsync(bench.Blobs, target);

        await bench.CheckAsync(target);
        Assert.Subset((await bench.NamesAsync("packs/", target)).ToHashSet(), before.ToHashSet());
        Assert.True(report is { ExtraBlobs: > 0, ExtraBytes: > 0 }, report.ToString());
    }

    [Theory]
    [InlineData("forked", "log entry ")]
    [InlineData("written", "goes on to entry ")]
    [InlineData("source cut", "goes on to entry ")]
    [InlineData("source lost one", "lacks log entry 3")]
    [InlineData("source put back", "was seen in it before")]
    [InlineData("cut", "its log ends at entry ")]
    [InlineData("emptied", "it has no log")]
    [InlineData("hole", "its log lacks entry 3")]
    [InlineData("another", "belongs to another repository")]
    [InlineData("leftovers of another", "belongs to another repository")]
    [InlineData("junk", "is not of this repository")]
    public async Task A_target_or_a_source_that_is_not_what_it_was_is_named_and_nothing_is_written(
        string harm,
        string expected
    )
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        using PruneBench foreign = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        await foreign.BackUpAsync(1);
        IBlobStore target = new MemoryBlobStore();
        MirrorReport first = await MirrorBench.RunAsync(bench.Blobs, target);
        IBlobStore source = await bench.CopyAsync();
        MirrorOptions options = new() { SourceSeen = first.Head, TargetSeen = first.Head };
        string newest = LogNames.BlobName(first.Head.Sequence);
        switch (harm)
        {
            case "forked" or "written":
                await source.DeleteAsync(newest, default);
                await source.DeleteAsync(LogNames.BlobName(first.Head.Sequence - 1), default);
                options = options with { SourceSeen = null };
                using (PruneBench fork = PruneBench.Of(source, new Dictionary<RunId, ModelFiles>()))
                {
                    await fork.BackUpAsync(harm == "forked" ? 1 : 0, "fork");
                }

                break;
            case "source cut":
                await source.DeleteAsync(newest, default);
                options = options with { SourceSeen = null };
                break;
            case "source lost one":
                await source.DeleteAsync(LogNames.BlobName(3), default);
                break;
            case "source put back":
                await source.DeleteAsync(newest, default);
                break;
            case "cut":
                await target.DeleteAsync(newest, default);
                break;
            case "hole":
                await target.DeleteAsync(LogNames.BlobName(3), default);
                break;
            case "emptied":
                target = new MemoryBlobStore();
                break;
            case "another":
                target = foreign.Blobs;
                break;
            case "leftovers of another":
                target = foreign.Blobs;
                await target.DeleteAsync("config/1", default);
                break;
            case "junk":
                target = new MemoryBlobStore();
                options = new MirrorOptions();
                await target.PutIfAbsentAsync("index/" + new string('a', 32), new byte[100], default);
                break;
        }

        IBlobStore untouched = await MirrorBench.CopyAsync(target);
        PermanentException error = await Assert.ThrowsAsync<PermanentException>(() =>
            MirrorBench.RunAsync(source, target, options)
        );

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Nothing was copied", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Repository, error.Kind);
        Assert.Equal(await bench.NamesAsync(string.Empty, untouched), await bench.NamesAsync(string.Empty, target));
        if (harm is "cut" or "hole" or "emptied")
        {
            await MirrorBench.RunAsync(source, target, options with { Repairs = true });
            await bench.CheckAsync(target);
        }
    }

    [Theory]
    [InlineData("packs/", true)]
    [InlineData("index/", true)]
    [InlineData("config/", true)]
    [InlineData("log/", true)]
    [InlineData("packs/", false)]
    [InlineData("index/", false)]
    [InlineData("config/", false)]
    public async Task Other_bytes_under_a_name_are_found_and_stay(string prefix, bool sameLength)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(2);
        MemoryBlobStore target = new();
        await MirrorBench.RunAsync(bench.Blobs, target);
        string[] log = await bench.NamesAsync("log/", target);
        string name = (await bench.NamesAsync(prefix, target))[^1];
        byte[] bytes = await Stored.BytesAsync(target, name);
        bytes[^3] ^= 1;
        bytes = sameLength ? bytes : bytes[..^1];
        await target.PutAsync(name, bytes, default);
        await bench.BackUpAsync(1);

        MirrorReport report = await MirrorBench.RunAsync(bench.Blobs, target, new MirrorOptions { Checks = true });

        Assert.Equal([name], report.Different);
        Assert.False(report.IsDone);
        Assert.Equal(bytes, await Stored.BytesAsync(target, name));
        Assert.Equal(log, await bench.NamesAsync("log/", target));
        await target.DeleteAsync(name, default);
        await MirrorBench.RunAsync(bench.Blobs, target, new MirrorOptions { Checks = true, Repairs = true });
        await bench.CheckAsync(target);
    }

    [Fact]
    public async Task A_call_whose_time_is_up_is_gone_on_with_by_the_next()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(3);
        MemoryBlobStore target = new();
        int calls = 0;
        for (bool isDone = false; !isDone; calls++)
        {
            int blobs = 0;
            isDone = (
                await MirrorBench.RunAsync(bench.Blobs, target, new MirrorOptions { IsTimeUp = () => blobs++ >= 8 })
            ).IsDone;
            await MirrorBench.RequireWholeAsync(bench, target, mayBeNone: true);
            Assert.InRange(calls, 0, 20);
        }

        Assert.True(calls > 1);
        await bench.CheckAsync(target);
    }

    [Fact]
    public async Task Names_that_are_nobodys_and_blobs_that_are_too_long_are_not_copied()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(1);
        string tooLong = "packs/ab/ab" + new string('0', 30);
        await bench.Blobs.PutIfAbsentAsync(tooLong, new byte[(64 << 20) + 1], default);
        await bench.Blobs.PutIfAbsentAsync("packs/ab/readme", new byte[5], default);
        await bench.Blobs.PutIfAbsentAsync("config/x", new byte[5], default);
        await bench.Blobs.PutIfAbsentAsync("log/x", new byte[5], default);
        MemoryBlobStore target = new();

        MirrorReport report = await MirrorBench.RunAsync(bench.Blobs, target);

        Assert.Equal(1, report.UnfitBlobs);
        Assert.DoesNotContain(tooLong, await bench.NamesAsync(string.Empty, target));
        await bench.CheckAsync(target);
    }
}
