using AlfrescoBackupFlows.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>A clock that is put right, or wrong, between runs and within one.</summary>
public sealed class WrongClockTests : IDisposable
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(400);

    private readonly SkippingClock _clock = new();
    private readonly Stage _stage = new();

    public WrongClockTests() =>
        _stage.Options = new EngineOptions { TimeProvider = _clock, PollInterval = TimeSpan.FromMinutes(10) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_instance_that_was_started_last_is_the_first_whatever_the_clock_said()
    {
        _stage.Flow((_, x) => Task.FromResult(x));
        _clock.Set(Ahead);
        await _stage.RunAsync(id: "ahead");
        _clock.Set(-Ahead);
        await _stage.RunAsync(id: "right");
        _clock.Set(-Ahead);
        await _stage.RunAsync(id: "behind");

        await using var engine = _stage.Open();

        Assert.Equal(["behind", "right", "ahead"], engine.Client.List().Select(i => i.Id));
    }

    [Fact]
    public async Task A_journal_without_numbers_has_the_order_of_its_times_and_then_that_of_the_starts()
    {
        _stage.Flow((_, x) => Task.FromResult(x));
        await _stage.RunAsync(id: "second");
        _clock.Set(-Ahead);
        await _stage.RunAsync(id: "first");
        await using (
            var journal = new SqliteConnection(
                $"Data Source={Path.Combine(_stage.StateDirectory, "journal.db")};Pooling=False"
            )
        )
        {
            await journal.OpenAsync(Token);
            await using SqliteCommand older = journal.CreateCommand();
            older.CommandText = "ALTER TABLE instance DROP COLUMN number";
            await older.ExecuteNonQueryAsync(Token);
        }

        await _stage.RunAsync(id: "third");

        await using var engine = _stage.Open();
        Assert.Equal(["third", "second", "first"], engine.Client.List().Select(i => i.Id));
    }

    [Fact]
    public async Task What_ended_in_the_future_is_purged_and_the_newest_stays()
    {
        _stage.Flow((_, x) => Task.FromResult(x));
        _clock.Set(Ahead);
        await _stage.RunAsync(id: "ahead");
        await _stage.RunAsync(id: "newest");
        _clock.Set(-Ahead);

        await using var engine = _stage.Open();
        engine.Client.Purge(TimeSpan.FromDays(30));

        Assert.Equal(["newest"], engine.Client.List().Select(i => i.Id));
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task A_timer_waits_no_longer_than_it_was_asked_to_when_the_clock_is_set_meanwhile(int days)
    {
        _stage.Activity(
            "set",
            x =>
            {
                _clock.Set(TimeSpan.FromDays(days));
                return x;
            }
        );

        // While the activity is running the engine looks every ten minutes, which this clock skips as well.
        TimeSpan before = TimeSpan.Zero;
        _stage.Flow(
            async (context, x) =>
            {
                DateTime began = context.CurrentUtcDateTime;
                await context.CallActivityAsync<int>("set", x);
                before = context.IsReplaying ? before : _clock.Waited;
                await context.CreateTimer(context.CurrentUtcDateTime.AddHours(5), CancellationToken.None);
                return context.CurrentUtcDateTime >= began.AddHours(5) ? 1 : 0;
            }
        );

        Assert.Equal("1", (await _stage.RunAsync()).Result);
        Assert.InRange(_clock.Waited - before, TimeSpan.FromHours(4), TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task A_timer_of_a_process_whose_clock_was_ahead_waits_no_longer_than_it_was_asked_to()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _stage.Activity(
            "stop",
            x =>
            {
                stop.Cancel();
                return x;
            }
        );
        _stage.Flow(
            async (context, x) =>
            {
                Task timer = context.CreateTimer(context.CurrentUtcDateTime.AddHours(5), CancellationToken.None);
                await context.CallActivityAsync<int>("stop", x);
                await timer;
                return 1;
            }
        );
        _clock.Set(Ahead);
        await using (var engine = _stage.Open())
        {
            engine.Start(Main, 1, "one");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunToEndAsync("one", stop.Token));
        }

        _clock.Set(-Ahead);
        TimeSpan before = _clock.Waited;

        Assert.Equal("1", (await _stage.RunAsync()).Result);
        Assert.InRange(_clock.Waited - before, TimeSpan.Zero, TimeSpan.FromHours(6));
    }

    public void Dispose() => _stage.Dispose();
}
