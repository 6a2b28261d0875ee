using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>What is tried again after a pause, or became too old meanwhile. Minutes and days pass here, so the clock
/// has to leap.</summary>
public sealed class PassingTimeTests : IDisposable
{
    private readonly StandIns _standIns = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_that_ends_a_day_after_the_index_is_void()
    {
        _standIns.Dump = input => _standIns.Time.Advance(input.Attempt == 1 ? TimeSpan.FromHours(25) : TimeSpan.Zero);

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(RuntimeStatus.Completed, run.Status);
        Assert.Equal(2, _standIns.Calls.Count(call => call == "CaptureSearchIndex"));
    }

    [Fact]
    public async Task Files_that_end_too_late_after_SQL_void_all_phases()
    {
        bool late = true;
        _standIns.Capture = _ =>
        {
            _standIns.Time.Advance(late ? TimeSpan.FromDays(8) : TimeSpan.Zero);
            late = false;
            return null;
        };

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal(RuntimeStatus.Completed, run.Status);
        Assert.Equal(2, _standIns.Calls.Count(call => call == "DumpDatabase"));
    }

    [Fact]
    public async Task A_dump_that_broke_is_taken_again_and_the_index_is_looked_at_after_the_one_that_did_not()
    {
        _standIns.Dump = _ =>
        {
            if (_standIns.Calls.Count(call => call == "DumpDatabase") < 3)
            {
                throw new TransientException(ErrorKind.Source, "the server went away");
            }
        };

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        Assert.Equal(
            ["DumpDatabase", "DumpDatabase", "DumpDatabase", "ObserveSearchIndex"],
            _standIns.Calls.Skip(5).Take(4)
        );
    }

    [Fact]
    public async Task A_dump_that_breaks_every_time_ends_the_run_with_what_the_database_said()
    {
        _standIns.Dump = _ => throw new TransientException(ErrorKind.Source, "the server went away");

        FlowInstance run = await _standIns.RunAsync(_token);

        Assert.Equal((ErrorKind.Source, "the server went away"), (run.Failure!.Kind, run.Failure.Message));
        Assert.Equal(3, _standIns.Calls.Count(call => call == "DumpDatabase"));
        Assert.Equal("CloseRun aborted", _standIns.Calls[^1]);
    }

    public void Dispose() => _standIns.Dispose();
}
