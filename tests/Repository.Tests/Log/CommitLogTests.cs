using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Log;

public sealed class CommitLogTests
{
    [Fact]
    public async Task A_new_log_has_its_config_and_nothing_else()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal((0L, 1L), (head.Sequence, head.Next));
        Assert.Equal(Samples.Config, head.State.Config);
        Assert.Empty(head.State.Sets);
        Assert.False(await fixture.Open().InitAsync(Samples.Config with { Number = 2 }, CancellationToken.None));
    }

    [Fact]
    public async Task Opening_and_sealing_twice_gives_one_entry_each()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        RunId run = Samples.Run(1);
        RunOpened first = await fixture.Open().OpenRunAsync(run, "acme");
        Assert.Equal(first, await fixture.Open().OpenRunAsync(run, "acme"));
        SetSummary set = await fixture.Open().CommitAsync(run, first.Base, Samples.Manifest(run, first.Base));
        Assert.Equal(set, await fixture.Open().CommitAsync(run, first.Base, Samples.Manifest(run, first.Base)));
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal(2, head.Sequence);
        Assert.Equal([set], head.State.Sets);
        Assert.Empty(head.State.OpenRuns);
        Assert.Equal(run, (await fixture.Open().ReadManifestAsync(set)).Id);
    }

    [Theory]
    [InlineData(true, ErrorKind.Busy)]
    [InlineData(false, ErrorKind.Cancelled)]
    public async Task A_run_that_has_ended_can_neither_seal_nor_open(bool evicted, ErrorKind kind)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog log = fixture.Open();
        RunOpened run = await log.OpenRunAsync(Samples.Run(1), "acme");
        await (
            evicted
                ? fixture.Open().EvictAsync(run.Run, "another host took over")
                : fixture.Open().AbortAsync(run.Run, "given up")
        );
        await fixture.CommitAsync(2);
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            log.CommitAsync(run.Run, run.Base, Samples.Manifest(run.Run, run.Base))
        );
        Assert.Equal(kind, exception.Kind);
        await log.AbortAsync(run.Run, "again");
        LogHead head = await log.ReadAsync();
        Assert.Equal(4, head.Sequence);
        exception = await Assert.ThrowsAsync<PermanentException>(() => log.OpenRunAsync(run.Run, "acme"));
        Assert.Equal(kind, exception.Kind);
    }

    [Fact]
    public async Task Two_hundred_entries_give_the_same_state_to_everyone()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog writer = fixture.Open();
        for (int i = 1; i <= 100; i++)
        {
            await fixture.CommitAsync(i, writer);
        }

        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal(200, head.Sequence);
        Assert.Equal(100, head.State.Sets.Length);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => Samples.Run(i)), head.State.Sets.Select(set => set.Id));
        Assert.Equal(Enumerable.Range(1, 100), head.State.Indexes.Select(index => index.Rows));
        Assert.True(LogJson.Same(StateDocument.From(head.State), StateDocument.From((await writer.ReadAsync()).State)));
        Assert.Empty(head.Alarms);
    }

    [Fact]
    public async Task Two_writers_that_race_get_one_entry_each()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int round = 0; round < 20; round++)
        {
            int first = 1 + (2 * round);
            await Task.WhenAll(
                Task.Run(() => fixture.CommitAsync(first), TestContext.Current.CancellationToken),
                Task.Run(() => fixture.CommitAsync(first + 1), TestContext.Current.CancellationToken)
            );
        }

        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal(80, head.Sequence);
        Assert.Equal(40, head.State.Sets.Select(set => set.Id).Distinct().Count());
    }

    [Fact]
    public async Task One_run_sealed_by_two_at_once_is_one_set()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int i = 1; i <= 20; i++)
        {
            RunOpened run = await fixture.Open().OpenRunAsync(Samples.Run(i), "acme");
            SetManifest manifest = Samples.Manifest(run.Run, run.Base);
            SetSummary[] sets = await Task.WhenAll(
                Enumerable
                    .Range(0, 2)
                    .Select(_ => Task.Run(() => fixture.Open().CommitAsync(run.Run, run.Base, manifest)))
            );
            Assert.Equal(sets[0], sets[1]);
        }

        Assert.Equal(40, (await fixture.Open().ReadAsync()).Sequence);
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_found_again()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog log = fixture.Open(new LostAnswerStore(fixture.Blobs));
        await fixture.CommitAsync(1, log);
        Assert.Equal(2, (await fixture.Open().ReadAsync()).Sequence);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_entry_that_the_storage_cut_and_called_written_is_written_again(int cut)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        int puts = 0;
        await fixture.CommitAsync(
            1,
            fixture.Open(
                new FaultInjectingBlobStore(
                    fixture.Blobs,
                    call =>
                        call.Verb == BlobVerb.PutIfAbsent && ++puts == cut ? new BlobFault { Truncate = true } : null
                )
            )
        );
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Null(head.Break);
        Assert.Single(head.State.Sets);
        Assert.Equal(3, head.Sequence);
    }

    [Fact]
    public async Task Foreign_blobs_in_the_log_are_passed_over_with_an_alarm()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog log = fixture.Open();
        await fixture.Blobs.PutIfAbsentAsync(LogNames.BlobName(1), new byte[100], CancellationToken.None);
        await fixture.Blobs.PutIfAbsentAsync("log/00-readme.txt", new byte[100], CancellationToken.None);
        await fixture.Blobs.PutIfAbsentAsync("log/000000000000", new byte[100], CancellationToken.None);
        await fixture.CommitAsync(1, log);
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal(3, head.Sequence);
        Assert.Single(head.State.Sets);
        Assert.Equal(3, head.Alarms.Length);
        Assert.Equal(1, VerifyReport.OfLog(head).Errors);
    }

    [Fact]
    public async Task A_foreign_blob_after_the_newest_entry_is_one_alarm()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        long next = (await fixture.Open().ReadAsync()).Next;
        await fixture.Blobs.PutIfAbsentAsync(LogNames.BlobName(next), new byte[4], CancellationToken.None);
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal((next - 1, next + 1), (head.Sequence, head.Next));
        Assert.Contains(LogNames.BlobName(next), Assert.Single(head.Alarms), StringComparison.Ordinal);
    }

    /// <summary>It may have been the entry of the newest set, until one that follows passes over it.</summary>
    [Fact]
    public async Task An_unreadable_blob_behind_the_end_is_an_error_to_a_verification_and_a_warning_once_it_is_passed()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog log = fixture.Open();
        await fixture.CommitAsync(1, log);
        long newest = (await log.ReadAsync()).Sequence;
        Assert.Equal(0, VerifyReport.OfLog(await log.ReadAsync()).Errors);
        await fixture.ReplaceAsync(newest, new byte[100]);

        LogHead unknown = await fixture.Open().ReadAsync();
        Assert.Empty(unknown.State.Sets);
        Assert.Equal((1L, 0L), (VerifyReport.OfLog(unknown).Errors, VerifyReport.OfLog(unknown).Warnings));
        CommitLog again = fixture.Open();
        await again.ReadAsync();
        Assert.Equal(1, VerifyReport.OfLog(await again.ReadAsync()).Errors);

        await fixture.CommitAsync(2, again);
        VerifyReport passed = VerifyReport.OfLog(await fixture.Open().ReadAsync());
        Assert.Equal((0L, 1L), (passed.Errors, passed.Warnings));
        VerifyReport followed = VerifyReport.OfLog(await again.ReadAsync());
        Assert.Equal((0L, 1L), (followed.Errors, followed.Warnings));
    }

    [Fact]
    public async Task Long_junk_with_the_header_of_an_entry_takes_no_memory_that_is_left_to_collect()
    {
        const int Long = 9 << 20;
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        byte[] junk = new byte[Long];
        (await fixture.ReadBlobAsync(2)).AsSpan(0, ObjectHeader.Size).CopyTo(junk);
        foreach (long sequence in (long[])[3, 4, 5])
        {
            await fixture.ReplaceAsync(sequence, junk);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Task<LogHead> reading = fixture.Open().ReadAsync();
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(reading.IsCompletedSuccessfully, "the store answers at once, so all of it was on this thread");
        Assert.InRange(taken, 0, Long / 2);
        LogHead head = await reading;
        Assert.Equal((2, 6, 3), (head.Sequence, head.Next, head.Alarms.Length));
    }

    [Fact]
    public async Task A_log_that_was_cut_is_told_by_the_remembered_head()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        RememberedHead remembered = (await fixture.Open().ReadAsync()).Remember();
        await fixture.Blobs.DeleteAsync(LogNames.BlobName(2), CancellationToken.None);
        Assert.Equal(1, (await fixture.Open().ReadAsync()).Sequence);
        CommitLog log = fixture.Open();
        LogHead head = await log.ReadAsync(remembered);
        Assert.Contains("ends at entry 1", head.Break, StringComparison.Ordinal);
        Assert.Contains(head.Break, head.Alarms);
        await AssertRefusesToAppendAsync(log);
    }

    [Fact]
    public async Task Looking_again_reads_the_newest_entry_alone()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int i = 1; i <= 5; i++)
        {
            await fixture.CommitAsync(i);
        }

        CountingBlobStore counted = new(fixture.Blobs);
        CommitLog log = fixture.Open(counted);
        LogHead first = await log.ReadAsync();
        long reads = counted.Count(BlobVerb.Read);
        LogHead again = await log.LookAgainAsync(first.Remember());

        Assert.Equal((first.Sequence, first.Sha256, first.Next), (again.Sequence, again.Sha256, again.Next));
        Assert.Equal(first.State.Sets, again.State.Sets);

        // The newest, and that none follows it.
        Assert.Equal(reads + 2, counted.Count(BlobVerb.Read));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(6, false)]
    [InlineData(6, true)]
    public async Task Looking_again_finds_an_entry_that_is_gone_or_cut(long damaged, bool isCut)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int i = 1; i <= 3; i++)
        {
            await fixture.CommitAsync(i);
        }

        CommitLog log = fixture.Open();
        RememberedHead remembered = (await log.ReadAsync()).Remember();
        byte[] blob = await fixture.ReadBlobAsync(damaged);
        await fixture.Blobs.DeleteAsync(LogNames.BlobName(damaged), CancellationToken.None);
        if (isCut)
        {
            await fixture.Blobs.PutIfAbsentAsync(
                LogNames.BlobName(damaged),
                blob.AsMemory(0, blob.Length - 1),
                CancellationToken.None
            );
        }

        LogHead head = await log.LookAgainAsync(remembered);
        Assert.NotNull(head.Break);
        Assert.Equal((await fixture.Open().ReadAsync(remembered)).Alarms, head.Alarms);
    }

    [Fact]
    public async Task An_append_behind_an_entry_that_came_meanwhile_is_judged_anew()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog log = fixture.Open();
        RunOpened run = await log.OpenRunAsync(Samples.Run(1), "acme");
        await fixture.CommitAsync(2);

        SetSummary set = await log.CommitAsync(run.Run, run.Base, Samples.Manifest(run.Run, run.Base));
        Assert.Equal(4, set.Sequence);

        // A run that another process opened: this one has not seen it yet.
        RunOpened other = await fixture.Open().OpenRunAsync(Samples.Run(3), "acme");
        await log.AbortAsync(other.Run, "given up");
        Assert.Empty((await fixture.Open().ReadAsync()).State.OpenRuns);
    }

    [Fact]
    public async Task A_log_that_was_forked_is_told_by_the_remembered_head()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        RememberedHead remembered = (await fixture.Open().ReadAsync()).Remember();
        await fixture.Blobs.DeleteAsync(LogNames.BlobName(2), CancellationToken.None);
        for (int i = 2; i < 80; i++)
        {
            await fixture.CommitAsync(i);
        }

        Assert.Contains(
            "another entry there",
            (await fixture.Open().ReadAsync(remembered)).Break,
            StringComparison.Ordinal
        );
        LogHead forked = await fixture.Open().ReadAsync();
        Assert.Equal(forked.Sequence, (await fixture.Open().ReadAsync(forked.Remember())).Sequence);
    }

    [Fact]
    public async Task A_remembered_head_long_ago_is_proven_over_the_whole_chain()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        RememberedHead remembered = (await fixture.Open().ReadAsync()).Remember();
        for (int i = 2; i < 80; i++)
        {
            await fixture.CommitAsync(i);
        }

        Assert.Equal(158, (await fixture.Open().ReadAsync(remembered)).Sequence);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public async Task An_entry_that_is_missing_or_replaced_in_the_middle_hides_no_other_from_readers(
        long damaged,
        bool missing
    )
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int i = 1; i <= 3; i++)
        {
            await fixture.CommitAsync(i);
        }

        byte[] original = await fixture.ReadBlobAsync(damaged);
        byte[] blob = [.. original];
        blob[70] ^= 1;
        await fixture.Blobs.DeleteAsync(LogNames.BlobName(damaged), CancellationToken.None);
        if (!missing)
        {
            await fixture.ReplaceAsync(damaged, blob);
        }

        // Entry 2 commits the first set; that of the others has no part in them.
        CommitLog log = fixture.Open();
        LogHead head = await log.ReadAsync();
        Assert.Equal(
            damaged == 2 ? [2, 3] : [1, 2, 3],
            head.State.Sets.Select(set =>
                int.Parse(set.Id.ToString()[^8..], System.Globalization.NumberStyles.HexNumber)
            )
        );
        Assert.Equal(6, head.Sequence);
        Assert.NotNull(head.Break);
        Assert.Contains(head.Alarms, alarm => alarm.Contains(LogNames.BlobName(damaged), StringComparison.Ordinal));
        Assert.Equal(Samples.Run(3), (await log.ReadManifestAsync(head.State.Sets[^1])).Id);
        await AssertRefusesToAppendAsync(log);

        await fixture.ReplaceAsync(damaged, original);
        Assert.Null((await fixture.Open().ReadAsync()).Break);
        Assert.Null((await log.ReadAsync(head.Remember())).Break);
        await fixture.CommitAsync(4, log);
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_is_made_from_the_one_before_it()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int i = 1; i <= 35; i++)
        {
            await fixture.CommitAsync(i);
        }

        await fixture.Blobs.DeleteAsync(LogNames.BlobName(64), CancellationToken.None);
        LogHead head = await fixture.Open().ReadAsync();
        Assert.NotNull(head.Break);
        Assert.Equal(34, head.State.Sets.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_writer_that_reads_badly_does_not_fork_the_log(int badReads)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        CommitLog log = fixture.Open(new BadReads(fixture.Blobs, LogNames.BlobName(2), badReads));
        await log.ReadAsync();
        await fixture.CommitAsync(1);
        await fixture.CommitAsync(2, log);
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal(4, head.Sequence);
        Assert.Equal(2, head.State.Sets.Length);
        Assert.Empty(head.Alarms);
    }

    [Fact]
    public async Task A_run_that_was_opened_and_ended_by_another_meanwhile_is_not_opened_again()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        RunId run = Samples.Run(1);
        CommitLog late = fixture.Open(
            new Interference(
                fixture.Blobs,
                async () =>
                {
                    await fixture.Open().OpenRunAsync(run, "acme");
                    await fixture.Open().EvictAsync(run, "another host took over");
                }
            )
        );
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            late.OpenRunAsync(run, "acme")
        );
        Assert.Equal(ErrorKind.Busy, exception.Kind);
        Assert.Equal(2, (await fixture.Open().ReadAsync()).Sequence);
    }

    [Fact]
    public async Task A_run_is_searched_for_in_no_entry_that_was_there_before_it_began()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int number = 1; number <= 20; number++)
        {
            await fixture.CommitAsync(number);
        }

        long seen = (await fixture.Open().ReadAsync()).Sequence;
        var counted = new CountingBlobStore(fixture.Blobs);
        CommitLog log = fixture.Open(counted);
        await log.ReadAsync();
        long before = counted.Total;

        RunOpened opened = await log.OpenRunAsync(Samples.Run(21), "acme", seen, CancellationToken.None);

        Assert.Equal(seen, opened.Base);
        Assert.InRange(counted.Total - before, 1, 3);
    }

    [Fact]
    public async Task A_run_that_ended_since_it_began_is_not_opened_again_however_much_was_seen_before()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        long seen = (await fixture.Open().ReadAsync()).Sequence;
        RunId run = Samples.Run(2);
        await fixture.Open().OpenRunAsync(run, "acme", seen, CancellationToken.None);
        await fixture.Open().EvictAsync(run, "another host took over");
        await fixture.CommitAsync(3);

        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            fixture.Open().OpenRunAsync(run, "acme", seen, CancellationToken.None)
        );

        Assert.Equal(ErrorKind.Busy, exception.Kind);
    }

    [Fact]
    public async Task A_remembered_entry_that_was_replaced_by_junk_is_told()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        RememberedHead remembered = (await fixture.Open().ReadAsync()).Remember();
        await fixture.ReplaceAsync(2, new byte[100]);
        await fixture.CommitAsync(2);
        Assert.Contains(
            "no valid entry there",
            (await fixture.Open().ReadAsync(remembered)).Break,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(7, 2, "newer version of abf")]
    [InlineData(8, 9, "the keys were rotated")]
    public async Task A_key_mode_or_generation_that_is_not_known_stops(int position, byte value, string why)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        byte[] blob = await fixture.ReadBlobAsync(2);
        blob[position] = value;
        await fixture.ReplaceAsync(2, blob);
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() => fixture.Open().ReadAsync());
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"warnings\":[", "\"warnings\":[null,")]
    [InlineData("\"roots\":[", "\"roots\":[null,")]
    [InlineData("\"named\":[", "\"named\":[null,")]
    [InlineData("\"phases\":[", "\"phases\":[null,")]
    public void A_null_in_a_list_is_damage(string text, string replacement)
    {
        RunId run = Samples.Run(1);
        LogEntry entry = new()
        {
            Sequence = 5,
            Previous = new string('c', 64),
            Time = Samples.Time,
            Type = "set",
            Run = run,
            Manifest = Samples.Manifest(run, 4, null, new ChunkIndexBlob(new ChunkIndexId(3), 17)),
        };
        string json = System.Text.Encoding.UTF8.GetString(LogJson.Write(entry));
        Assert.Contains(text, json, StringComparison.Ordinal);
        byte[] changed = System.Text.Encoding.UTF8.GetBytes(
            json.Replace(text, replacement, StringComparison.Ordinal)
                .Replace("[null,]", "[null]", StringComparison.Ordinal)
        );
        Assert.Equal(ErrorKind.Repository, Assert.Throws<PermanentException>(() => LogJson.Read(changed, 5)).Kind);
    }

    [Fact]
    public async Task A_newer_format_stops()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        byte[] blob = await fixture.ReadBlobAsync(2);
        blob[4] = 2;
        await fixture.ReplaceAsync(2, blob);
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() => fixture.Open().ReadAsync());
        Assert.Contains("newer version of abf", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_config_counts_once_it_is_in_the_log()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        ConfigStamp next = new(2, new string('b', 64));
        CommitLog log = fixture.Open();
        await log.AppendKeysAsync(Samples.Config, next, CancellationToken.None);
        await log.AppendKeysAsync(Samples.Config, next, CancellationToken.None);
        LogHead head = await fixture.Open().ReadAsync();
        Assert.Equal((1L, next), (head.Sequence, head.State.Config));
        await Assert.ThrowsAsync<PermanentException>(() =>
            log.AppendKeysAsync(Samples.Config, next with { Number = 3 }, CancellationToken.None)
        );
    }

    [Fact]
    public async Task What_was_read_before_is_not_read_again()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        for (int i = 1; i <= 10; i++)
        {
            await fixture.CommitAsync(i);
        }

        LostAnswerStore counted = new(fixture.Blobs);
        CommitLog log = fixture.Open(counted);
        await log.ReadAsync();
        int reads = counted.Reads;
        await log.ReadAsync();
        Assert.Equal(1, counted.Reads - reads);
    }

    private static async Task AssertRefusesToAppendAsync(CommitLog log)
    {
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            log.OpenRunAsync(Samples.Run(99), "acme")
        );
        Assert.Equal(ErrorKind.Repository, exception.Kind);
        Assert.Contains("broken", exception.Message, StringComparison.Ordinal);
    }
}
