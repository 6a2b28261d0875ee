using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Garbage;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Mirroring;

/// <summary>Names in a log that are none of its entries, and what comes to a log during a mirror.</summary>
public sealed class MirrorLogTests
{
    [Theory]
    [InlineData(999_999_999_999)]
    [InlineData(500)]
    public async Task A_name_behind_a_gap_of_the_log_is_told_and_mirrors_go_on(long planted)
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(1);
        string name = LogNames.BlobName(planted);
        await bench.Blobs.PutIfAbsentAsync(name, new byte[100], default);
        MemoryBlobStore target = new();
        bool grown = false;
        VisitedBlobStore source = new(
            bench.Blobs,
            new RequestNumbers(),
            async (call, isServed, _) =>
            {
                if (call is { Verb: BlobVerb.List, Name: "packs/" } && isServed && !grown)
                {
                    grown = true;
                    await bench.BackUpAsync(1);
                }
            }
        );

        MirrorReport report = await MirrorBench.RunAsync(source, target);

        Assert.True(grown);
        Assert.True(report is { IsDone: true, UnfitBlobs: 1 }, report.ToString());
        Assert.Equal((await bench.NamesAsync("log/")).Length - 2, report.Head.Sequence);
        Assert.DoesNotContain(name, await bench.NamesAsync("log/", target));
        await bench.CheckAsync(target);
        await bench.Blobs.DeleteAsync(name, default);
        await bench.BackUpAsync(1);
        MirrorOptions seen = new() { TargetSeen = report.Head };
        Assert.True((await MirrorBench.RunAsync(bench.Blobs, target, seen)) is { IsDone: true, UnfitBlobs: 0 });
        await bench.CheckAsync(target);
    }

    [Fact]
    public async Task A_name_in_the_place_of_the_next_entry_that_is_too_long_is_told_and_mirrors_go_on()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(1);
        MemoryBlobStore target = new();
        MirrorReport before = await MirrorBench.RunAsync(bench.Blobs, target);
        string name = LogNames.BlobName(before.Head.Sequence + 1);
        await bench.Blobs.PutIfAbsentAsync(name, new byte[ObjectCipher.MaxBlobLength + 1], default);

        MirrorReport planted = await MirrorBench.RunAsync(bench.Blobs, target);
        await bench.BackUpAsync(1);
        MirrorReport after = await MirrorBench.RunAsync(bench.Blobs, target);

        Assert.True(planted is { IsDone: true, UnfitBlobs: 1 }, planted.ToString());
        Assert.Equal(before.Head, planted.Head);
        Assert.True(after is { IsDone: true, UnfitBlobs: 1 }, after.ToString());
        Assert.Equal(before.Head.Sequence + 3, after.Head.Sequence);
        Assert.Equal(
            (await bench.NamesAsync("log/")).Where(one => one != name),
            await bench.NamesAsync("log/", target)
        );
    }

    [Fact]
    public async Task A_name_behind_a_gap_in_the_target_is_named()
    {
        using PruneBench bench = await PruneBench.CreateAsync();
        await bench.BackUpAsync(1);
        MemoryBlobStore target = new();
        await MirrorBench.RunAsync(bench.Blobs, target);
        string name = LogNames.BlobName(500);
        await target.PutIfAbsentAsync(name, new byte[100], default);

        PermanentException error = await Assert.ThrowsAsync<PermanentException>(() =>
            MirrorBench.RunAsync(bench.Blobs, target)
        );

        Assert.Contains($"goes on to entry 500 ({name})", error.Message, StringComparison.Ordinal);
        Assert.Contains("delete it", error.Message, StringComparison.Ordinal);
        await target.DeleteAsync(name, default);
        Assert.True((await MirrorBench.RunAsync(bench.Blobs, target)).IsDone);
    }

    /// <summary>A rotation deletes the config before it, which the entries that are copied name.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_that_are_rotated_after_the_look_at_the_log_leave_a_target_with_the_config_it_names(
        bool isFirst
    )
    {
        using TempDirectory temp = new();
        MemoryBlobStore blobs = new();
        MemoryBlobStore target = new();
        RepositoryAccess access = SampleRepository.Access("passphrase", temp.Combine("cache"));
        await SampleRepository.WriteAsync(blobs, "passphrase", temp.Combine("cache"), large: false);
        if (!isFirst)
        {
            await MirrorBench.RunAsync(blobs, target);
        }

        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
        await repository.KeyGenerations.RotateAsync([]);
        long last = (await repository.Log.ReadAsync()).Next - 1;
        bool rotated = false;
        VisitedBlobStore source = new(
            blobs,
            new RequestNumbers(),
            async (call, isServed, token) =>
            {
                if (call.Verb == BlobVerb.GetProperties && call.Name == LogNames.BlobName(last + 1) && isServed)
                {
                    rotated = true;
                    await repository.KeyGenerations.RotateAsync([], cancellationToken: token);
                }
            }
        );

        Assert.True((await MirrorBench.RunAsync(source, target)).IsDone);

        Assert.True(rotated);
        await using BackupRepository copy = await BackupRepository.OpenAsync(
            target,
            access with
            {
                CacheDirectory = temp.Combine("other"),
            }
        );
        LogHead head = await copy.Log.ReadAsync();
        Assert.Empty(head.Alarms);
        Assert.NotNull(
            await target.GetPropertiesAsync(
                "config/" + head.State.Config.Number.ToString(CultureInfo.InvariantCulture),
                default
            )
        );
    }
}
