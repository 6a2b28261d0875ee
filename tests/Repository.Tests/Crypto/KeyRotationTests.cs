using System.Buffers.Binary;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

public sealed class KeyRotationTests
{
    private static readonly Secret First = new("first passphrase");
    private static readonly Secret Second = new("second passphrase");

    [Fact]
    public async Task After_a_rotation_every_kept_passphrase_opens_and_new_entries_have_the_new_generation()
    {
        await using OpenedRepository opened = await CreateAsync();
        KeySlots keys = opened.Repository.Keys;
        KeyGenerations generations = opened.Repository.KeyGenerations;
        await keys.AddAsync(Second, "second");
        IReadOnlyList<KeySlotSummary> slots = await keys.ListAsync();

        RotatedKeys rotated = await generations.RotateAsync([Second]);
        Assert.Equal(
            [("content", 2u), ("log", 2u), ("metadata", 2u)],
            rotated.Generations.Select(generation => (generation.Key, generation.Value))
        );
        Assert.Equal(slots, rotated.Kept);
        Assert.Empty(rotated.Dropped);
        Assert.Equal(["config/3"], await opened.NamesAsync("config/"));
        await generations.RotateAsync([Second]);

        foreach (Secret passphrase in (Secret[])[First, Second])
        {
            await using BackupRepository again = await BackupRepository.OpenAsync(
                opened.Blobs,
                opened.Access(passphrase)
            );
            Assert.Equal(slots, await again.Keys.ListAsync());
            Assert.Equal(3u, await AppendAndReadGenerationAsync(again, opened.Blobs));
            Assert.Empty((await again.Log.ReadAsync()).Alarms);
        }
    }

    [Fact]
    public async Task A_slot_whose_passphrase_is_not_at_hand_is_refused_or_shut_out_from_what_comes()
    {
        await using OpenedRepository opened = await CreateAsync(new WithoutDeletes());
        KeySlots keys = opened.Repository.Keys;
        KeyGenerations generations = opened.Repository.KeyGenerations;
        await keys.AddAsync(Second, "second");
        PermanentException refused = await Assert.ThrowsAsync<PermanentException>(() => generations.RotateAsync([]));
        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.Contains("('second')", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await keys.ListAsync()).Count);

        RotatedKeys dry = await generations.RotateAsync([], dropOthers: true, dryRun: true);
        Assert.Equal("second", Assert.Single(dry.Dropped).Name);
        Assert.Equal(["config/1", "config/2"], await opened.NamesAsync("config/"));

        RotatedKeys rotated = await generations.RotateAsync([], dropOthers: true);
        Assert.Equal("second", Assert.Single(rotated.Dropped).Name);
        Assert.Contains("config/2", rotated.Warning, StringComparison.Ordinal);
        await AppendAndReadGenerationAsync(opened.Repository, opened.Blobs);

        // The old config is still there, and opens the old keys: they do not open what came since.
        PermanentException shut = await Assert.ThrowsAsync<PermanentException>(() =>
            BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second))
        );
        Assert.Contains("the keys were rotated", shut.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_goes_on_while_another_host_rotates_and_takes_the_new_keys_when_it_looks_after_the_config()
    {
        await using OpenedRepository opened = await CreateAsync();
        BackupRepository running = opened.Repository;
        RunOpened run = await running.Log.OpenRunAsync(Samples.Run(1), "acme");
        await using (BackupRepository other = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First)))
        {
            await other.KeyGenerations.RotateAsync([]);
            await other.Log.OpenRunAsync(Samples.Run(2), "other");
        }

        // It reads what was sealed with the new keys, and what it writes stays readable.
        await running.Log.AbortAsync(run.Run, "test");
        Assert.Equal(1u, await AppendAndReadGenerationAsync(running, opened.Blobs));
        Assert.Null(await running.Keys.HealAsync(await running.Log.ReadAsync()));
        Assert.Equal(2u, await AppendAndReadGenerationAsync(running, opened.Blobs));
        await running.Keys.AddAsync(Second, "second");

        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second));
        LogHead head = await again.Log.ReadAsync();
        Assert.Empty(head.Alarms);
        Assert.Equal([Samples.Run(2)], head.State.OpenRuns.Select(open => open.Run));
    }

    [Fact]
    public async Task A_passphrase_that_is_added_by_a_host_that_slept_through_a_rotation_opens_the_new_keys_too()
    {
        await using OpenedRepository opened = await CreateAsync();
        await using BackupRepository slept = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        await opened.Repository.KeyGenerations.RotateAsync([]);
        await AppendAndReadGenerationAsync(opened.Repository, opened.Blobs);

        await slept.Keys.AddAsync(Second, "second");

        await using BackupRepository second = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second));
        Assert.Empty((await second.Log.ReadAsync()).Alarms);
        Assert.Equal(2u, await AppendAndReadGenerationAsync(second, opened.Blobs));
    }

    [Fact]
    public async Task Of_two_rotations_at_once_one_counts_and_the_other_is_told()
    {
        await using OpenedRepository opened = await CreateAsync();
        var blobs = new Interference(opened.Blobs, () => opened.Repository.KeyGenerations.RotateAsync([]));
        await using BackupRepository late = await BackupRepository.OpenAsync(blobs, opened.Access(First));

        PermanentException busy = await Assert.ThrowsAsync<PermanentException>(() =>
            late.KeyGenerations.RotateAsync([])
        );

        Assert.Equal(ErrorKind.Busy, busy.Kind);
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        Assert.Equal(["config/3"], await opened.NamesAsync("config/"));
        Assert.Equal(3u, await AppendAndReadGenerationAsync(again, opened.Blobs));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rotation_that_is_killed_at_any_request_leaves_a_repository_that_opens_and_can_be_rotated(
        bool answerIsLost
    )
    {
        bool dies = true;
        int requests = 0;
        for (; dies; requests++)
        {
            await using OpenedRepository opened = await CreateAsync();
            await opened.Repository.Keys.AddAsync(Second, "second");
            int at = int.MaxValue;
            FaultInjectingBlobStore dying = new(
                opened.Blobs,
                call =>
                    call.Number < at ? null
                    : call.Number == at && answerIsLost ? new BlobFault { FailAfter = true, Permanent = true }
                    : new BlobFault { FailBefore = true, Permanent = true }
            );
            await using (BackupRepository host = await BackupRepository.OpenAsync(dying, opened.Access(First)))
            {
                at = dying.Calls + 1 + requests;

                // What could not be deleted is a warning and no fault: the rotation counts by then.
                Exception? fault = await Record.ExceptionAsync(() => host.KeyGenerations.RotateAsync([Second]));
                Assert.True(fault is null or AbfException, fault?.ToString());
                dies = dying.Calls >= at;
            }

            foreach (Secret passphrase in (Secret[])[Second, First])
            {
                await using BackupRepository again = await BackupRepository.OpenAsync(
                    opened.Blobs,
                    opened.Access(passphrase)
                );
                await AppendAndReadGenerationAsync(again, opened.Blobs);
                RotatedKeys rotated = await again.KeyGenerations.RotateAsync([First, Second]);
                Assert.Equal(2, rotated.Kept.Length);
                await AppendAndReadGenerationAsync(again, opened.Blobs);
            }

            await using BackupRepository last = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(Second));
            Assert.Empty((await last.Log.ReadAsync()).Alarms);
            Assert.Single(await opened.NamesAsync("config/"));
        }

        Assert.InRange(requests, 5, 100);
    }

    [Fact]
    public async Task Keys_of_a_rotation_that_was_never_finished_seal_nothing_even_where_the_log_has_an_alarm()
    {
        await using OpenedRepository opened = await CreateAsync();
        FaultInjectingBlobStore dying = new(
            opened.Blobs,
            call =>
                call is { Verb: BlobVerb.PutIfAbsent } && call.Name.StartsWith("log/", StringComparison.Ordinal)
                    ? new BlobFault { FailBefore = true, Permanent = true }
                    : null
        );
        await using (BackupRepository host = await BackupRepository.OpenAsync(dying, opened.Access(First)))
        {
            await Assert.ThrowsAsync<PermanentException>(() => host.KeyGenerations.RotateAsync([]));
        }

        Assert.Equal(["config/1", "config/2"], await opened.NamesAsync("config/"));
        await opened.Blobs.PutIfAbsentAsync(LogNames.BlobName(1), new byte[100], CancellationToken.None);
        await using BackupRepository again = await BackupRepository.OpenAsync(opened.Blobs, opened.Access(First));
        LogHead head = await again.Log.ReadAsync();
        Assert.NotEmpty(head.Alarms);
        Assert.Null(await again.Keys.HealAsync(head));
        Assert.Equal(1u, await AppendAndReadGenerationAsync(again, opened.Blobs));
        Assert.Equal(3u, (await again.KeyGenerations.RotateAsync([])).Generations["log"]);
    }

    [Fact]
    public async Task Without_encryption_there_is_nothing_to_rotate()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        Assert.Equal(
            ErrorKind.Configuration,
            (await Assert.ThrowsAsync<PermanentException>(() => opened.Repository.KeyGenerations.RotateAsync([]))).Kind
        );
    }

    private static Task<OpenedRepository> CreateAsync(IBlobStore? blobs = null) =>
        OpenedRepository.CreateAsync(blobs, First, OpenedRepository.CheapSlots);

    /// <summary>Writes an entry, and reads the generation of its key from its header.</summary>
    private static async Task<uint> AppendAndReadGenerationAsync(BackupRepository repository, IBlobStore blobs)
    {
        RunId run = RunId.Create(DateTimeOffset.UtcNow, Guid.NewGuid());
        await repository.Log.OpenRunAsync(run, "acme");
        await repository.Log.AbortAsync(run, "test");
        LogHead head = await repository.Log.ReadAsync();
        byte[] entry = await Stored.BytesAsync(blobs, LogNames.BlobName(head.Sequence));
        return BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(8));
    }
}
