using System.Diagnostics.Metrics;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Monitoring;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.SetChecks;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Monitoring;

public sealed class FactsKeeperTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly HandClock _clock = new();
    private readonly List<string> _said = [];
    private int _looks;
    private Task _released = Task.CompletedTask;
    private Task _measuring = Task.CompletedTask;
    private int _measured;
    private Exception? _fault;
    private Exception? _unmeasured;

    [Fact]
    public async Task The_repository_is_looked_at_when_somebody_asks_and_then_once_an_hour_or_after_a_run()
    {
        await using FactsKeeper facts = NewKeeper();
        Assert.Equal((null, 0), (facts.Current, _looks));

        await facts.Ask();
        _clock.Now += TimeSpan.FromMinutes(59);
        await facts.Ask();
        Assert.Equal(1, _looks);

        _clock.Now += TimeSpan.FromMinutes(2);
        await facts.Ask();
        facts.Renew();
        await facts.Ask();
        Assert.Equal(3, _looks);
        Assert.Equal(7, facts.Current!.StoredBytes);
    }

    [Fact]
    public async Task A_look_that_fails_is_said_once_and_what_was_known_stays()
    {
        await using FactsKeeper facts = NewKeeper();
        await facts.Ask();
        _fault = new TransientException(ErrorKind.Storage, "the storage is away");

        for (int look = 0; look < 2; look++)
        {
            facts.Renew();
            await facts.Ask();
        }

        Assert.Contains("the storage is away", Assert.Single(_said));
        Assert.NotNull(facts.Current);
    }

    [Fact]
    public async Task Unused_bytes_are_measured_once_a_week_whatever_process_asks()
    {
        for (int night = 0; night < 8; night++)
        {
            await using FactsKeeper facts = NewKeeper();
            await facts.Ask();
            Assert.Equal(5, facts.Unused?.Bytes);
            _clock.Now += TimeSpan.FromDays(1);
        }

        Assert.Equal(2, _measured);
    }

    [Fact]
    public async Task A_measurement_that_comes_to_no_end_is_tried_once_a_week_too_and_the_number_before_stays()
    {
        for (int night = 0; night < 16; night++)
        {
            _unmeasured = night >= 7 ? new OperationCanceledException() : null;
            await using FactsKeeper facts = NewKeeper();
            await facts.Ask();
            Assert.Equal(5, facts.Unused?.Bytes);
            _clock.Now += TimeSpan.FromDays(1);
        }

        Assert.Equal(3, _measured);
        Assert.Equal(16, _looks);
    }

    [Fact]
    public async Task A_measurement_that_fails_is_said_once_and_tried_again_a_day_later()
    {
        await using FactsKeeper facts = NewKeeper();
        _unmeasured = new TransientException(ErrorKind.Storage, "the storage is away");
        for (int hour = 0; hour < 49; hour++)
        {
            await facts.Ask();
            _clock.Now += TimeSpan.FromHours(1);
        }

        Assert.Equal(3, _measured);
        Assert.Equal(
            "metrics: the unused bytes could not be measured, and abf.repository.unused has no value yet: the storage is "
                + "away. It is tried again in a day, or a week where time was what it lacked; a prune counts them",
            Assert.Single(_said)
        );

        _unmeasured = null;
        _clock.Now += TimeSpan.FromDays(1);
        await facts.Ask();
        Assert.Equal(5, facts.Unused?.Bytes);
        _unmeasured = new TransientException(ErrorKind.Storage, "away again");
        _clock.Now += TimeSpan.FromDays(7);
        await facts.Ask();

        Assert.Contains("stays that of 2026-05-23: away again", _said[^1]);
        Assert.Equal(2, _said.Count);
    }

    /// <summary>As of a server over a repository with many files: each scrape would wait as long as it waits for anything,
    /// for hours.</summary>
    [Fact]
    public async Task Who_wants_the_look_alone_does_not_wait_for_the_measuring()
    {
        var measured = new TaskCompletionSource();
        _measuring = measured.Task;
        await using FactsKeeper facts = NewKeeper();

        await facts.Ask(forMeasuring: false).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.NotNull(facts.Current);
        Task all = facts.Ask();
        Assert.False(all.IsCompleted);
        measured.SetResult();
        await all;
        Assert.Equal(5, facts.Unused?.Bytes);
    }

    /// <summary>As at the end of a nightly command over a repository with many files.</summary>
    [Fact]
    public async Task A_measurement_that_is_cut_by_the_end_of_the_command_is_said_with_the_age_of_the_number_before()
    {
        _measuring = new TaskCompletionSource().Task;
        foreach (string known in (string[])["has no value yet", "stays that of 2026-05-20"])
        {
            await using (FactsKeeper facts = NewKeeper())
            {
                _ = facts.Ask();
                await WaitForAsync(() => facts.Current is not null && _measured > _said.Count);
                // What is looked at anew does not wait for what is measured.
                facts.Renew();
                _ = facts.Ask();
                await WaitForAsync(() => _looks > 1);
            }

            Assert.Contains(
                $"abf.repository.unused {known}: it was not done when the command ended. A prune",
                _said[^1]
            );
            NewMemory().TryNote(4);
            _clock.Now += TimeSpan.FromDays(7);
            _looks = 0;
        }

        await using FactsKeeper last = NewKeeper();
        Assert.Equal((4, new DateTimeOffset(2026, 5, 27, 1, 30, 0, TimeSpan.Zero)), last.Unused);

        static async Task WaitForAsync(Func<bool> isSo)
        {
            while (!isSo())
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Gauges_of_what_is_not_known_have_no_value()
    {
        // To read a gauge begins a look, which could end before the next gauge is read.
        var release = new TaskCompletionSource();
        _released = release.Task;
        await using FactsKeeper facts = NewKeeper();
        using var state = new StateMetrics(
            facts,
            () => new LastRun(RunOutcomes.Failed, _clock.Now, _clock.Now),
            _clock
        );
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == state.Meter)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => seen.Add(instrument.Name));
        listener.Start();

        listener.RecordObservableInstruments();
        Assert.Equal(["abf.run.duration", "abf.run.outcome", "abf.run.timestamp"], seen.Distinct().Order());

        release.SetResult();
        await facts.Ask();
        seen.Clear();
        listener.RecordObservableInstruments();
        Assert.Contains("abf.repository.unused", seen);
        Assert.DoesNotContain("abf.set.timestamp", seen);
    }

    public void Dispose() => _directory.Dispose();

    private FactsKeeper NewKeeper() =>
        new(
            async _ =>
            {
                _looks++;
                await _released;
                return _fault is null
                    ? new RepositoryFacts(_clock.Now, SetFacts.Of([], SetCheckTable.Empty), 0, [], [], 7)
                    : throw _fault;
            },
            async token =>
            {
                _measured++;
                await _measuring.WaitAsync(token);
                return _unmeasured is null ? 5 : throw _unmeasured;
            },
            NewMemory(),
            _clock,
            _said.Add
        );

    private UnusedMemory NewMemory() => new(_directory.Combine("state"), "acme", _clock);

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 5, 20, 1, 30, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.Ticks;
    }
}
