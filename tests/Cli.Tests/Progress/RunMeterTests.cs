using AlfrescoBackupFlows.Cli.Progress;
using AlfrescoBackupFlows.Flows.Runtime;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Progress;

public sealed class RunMeterTests
{
    private const long Mega = 1_000_000;

    private readonly HandClock _clock = new();
    private readonly RunCounts _counts = new(_ => { });
    private readonly RunMeter _meter;

    public RunMeterTests() => _meter = new RunMeter(_counts, _clock);

    [Fact]
    public void What_has_a_checkpoint_and_was_counted_live_counts_once()
    {
        // The first look comes when a range is done and the next one is half way: 150 files have a checkpoint.
        _counts.Advance("files", 300, 300);

        RunSnapshot first = _meter.Read(new FlowStatus("files", FilesDone: 150, BytesDone: 150));
        _counts.Advance("files", 10, 10);
        RunSnapshot second = _meter.Read(new FlowStatus("files", FilesDone: 310, BytesDone: 310));

        Assert.Equal((300, 300), (first.Files, first.Bytes));
        Assert.Equal((310, 310), (second.Files, second.Bytes));
    }

    [Fact]
    public void What_an_earlier_process_did_counts_and_live_counts_come_on_top()
    {
        _meter.Read(new FlowStatus("files", FilesDone: 100));
        _counts.Advance("files", 20, 0);
        Assert.Equal(120, _meter.Read(new FlowStatus("files", FilesDone: 100)).Files);

        // A range is done of which the earlier process had captured 60 files.
        RunSnapshot done = _meter.Read(new FlowStatus("files", FilesDone: 180));
        _counts.Advance("files", 5, 0);

        Assert.Equal(180, done.Files);
        Assert.Equal(185, _meter.Read(new FlowStatus("files", FilesDone: 180)).Files);
    }

    [Fact]
    public void A_phase_that_is_taken_again_counts_from_nothing()
    {
        _meter.Read(new FlowStatus("files"));
        _counts.Advance("files", 7, 7);
        _meter.Read(new FlowStatus("files"));
        _meter.Read(new FlowStatus("database"));

        Assert.Equal(0, _meter.Read(new FlowStatus("files")).Files);
    }

    [Fact]
    public void The_time_left_is_told_by_the_last_half_minute_not_by_the_whole_run()
    {
        // An hour at 1 MB/s, then 100 MB/s.
        var status = new FlowStatus("files", BytesTotal: 13_600 * Mega);
        Pass(status, seconds: 3600, bytesPerSecond: Mega);

        RunSnapshot now = Pass(status, seconds: 40, bytesPerSecond: 100 * Mega);

        Assert.InRange(now.BytesPerSecond, 99 * Mega, 101 * Mega);
        Assert.InRange(now.Remaining!.Value.TotalSeconds, 59, 61);
    }

    [Fact]
    public void A_pause_of_some_seconds_does_not_make_hours_of_the_time_left()
    {
        var status = new FlowStatus("files", BytesTotal: 4000 * Mega);
        Pass(status, seconds: 30, bytesPerSecond: 100 * Mega);

        RunSnapshot now = Pass(status, seconds: 10, bytesPerSecond: 0);

        Assert.InRange(now.Remaining!.Value.TotalSeconds, 10, 20);
    }

    [Fact]
    public void Where_nothing_moves_any_more_no_time_is_promised()
    {
        var status = new FlowStatus("files", BytesTotal: 4000 * Mega);
        Pass(status, seconds: 30, bytesPerSecond: 100 * Mega);

        Assert.Null(Pass(status, seconds: 40, bytesPerSecond: 0).Remaining);
    }

    private RunSnapshot Pass(FlowStatus status, int seconds, long bytesPerSecond)
    {
        RunSnapshot now = _meter.Read(status);
        for (int quarter = 0; quarter < seconds * 4; quarter++)
        {
            _counts.Advance("files", 0, bytesPerSecond / 4);
            _clock.Pass(TimeSpan.FromMilliseconds(250));
            now = _meter.Read(status);
        }

        return now;
    }
}
