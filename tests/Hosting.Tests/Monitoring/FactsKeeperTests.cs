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
            Assert.Equal(5, facts.UnusedBytes);
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
            Assert.Equal(5, facts.UnusedBytes);
            _clock.Now += TimeSpan.FromDays(1);
        }

        Assert.Equal(3, _measured);
        Assert.Equal(16, _looks);
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
            new UnusedMemory(
                _directory.Combine("state"),
                "acme",
                _ =>
                {
                    _measured++;
                    return _unmeasured is null ? Task.FromResult(5L) : Task.FromException<long>(_unmeasured);
                },
                _clock
            ),
            _clock,
            _said.Add
        );

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 5, 20, 1, 30, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.Ticks;
    }
}
