using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Data.Sqlite;
using static AlfrescoBackupFlows.Embedded.Tests.Stage;

namespace AlfrescoBackupFlows.Embedded.Tests;

public sealed class JournalTests : IDisposable
{
    private readonly Stage _stage = new Stage().Flow((_, x) => Task.FromResult(x));

    private string JournalFile => Path.Combine(_stage.StateDirectory, "journal.db");

    [Fact]
    public async Task A_second_runner_is_refused_and_told_who_runs()
    {
        await using var first = _stage.Open();

        var refused = Assert.Throws<PermanentException>(_stage.Open);

        Assert.Equal(ErrorKind.Busy, refused.Kind);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message);
    }

    [Fact]
    public async Task A_damaged_journal_is_refused_by_name_with_the_way_to_fix_it()
    {
        await _stage.RunAsync();
        var bytes = await File.ReadAllBytesAsync(JournalFile, TestContext.Current.CancellationToken);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 4, bytes.Length / 2));
        await File.WriteAllBytesAsync(JournalFile, bytes, TestContext.Current.CancellationToken);

        var refused = Assert.Throws<PermanentException>(_stage.Open);

        Assert.Equal(ErrorKind.Configuration, refused.Kind);
        Assert.Contains(JournalFile, refused.Message);
        Assert.Contains("move it away", refused.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_journal_is_refused_by_name()
    {
        Directory.CreateDirectory(_stage.StateDirectory);
        await File.WriteAllTextAsync(JournalFile, new string('x', 5000), TestContext.Current.CancellationToken);

        Assert.Contains(JournalFile, Assert.Throws<PermanentException>(_stage.Open).Message);
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await _stage.RunAsync();
        Execute("PRAGMA user_version = 3");

        Assert.Contains("has version 3", Assert.Throws<PermanentException>(_stage.Open).Message);
        Assert.Throws<PermanentException>(() => FlowClient.TryOpen(_stage.StateDirectory));
    }

    [Fact]
    public async Task What_a_former_version_left_unfinished_is_told_and_what_it_ended_is_read()
    {
        await _stage.RunAsync(id: "ended");
        await using (var engine = _stage.Open())
        {
            engine.Start(Main, 1, "unfinished");
        }

        // As version 1 wrote it: other names of events, the same tables.
        Execute(
            """
            UPDATE history SET type = 'TurnStarted' WHERE type = 'OrchestratorStarted';
            INSERT INTO history(instance, generation, sequence, type, payload) VALUES('unfinished', 0, 0, 'TurnStarted', '"2026-11-22T01:00:00+00:00"');
            PRAGMA user_version = 1
            """
        );

        var told = await Assert.ThrowsAsync<NonDeterministicFlowException>(() => _stage.RunAsync(id: "unfinished"));

        Assert.Contains("TurnStarted, as another version wrote it", told.Message);
        await using var next = _stage.Open();
        Assert.Equal(
            (RuntimeStatus.Completed, "1"),
            (next.Client.TryGet("ended")!.Status, next.Client.TryGet("ended")!.Result)
        );
        Assert.True(next.Client.TryTerminate("unfinished", "another version began it"));
        next.Start(Main, 2, "new");
        Assert.Equal("2", (await next.RunToEndAsync("new", TestContext.Current.CancellationToken)).Result);
    }

    [Fact]
    public async Task The_state_directory_is_its_owners_alone()
    {
        await _stage.RunAsync();
        if (OperatingSystem.IsWindows())
        {
            return; // rights are inherited there
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_stage.StateDirectory)
        );
    }

    [Fact]
    public async Task An_id_can_be_started_once()
    {
        await using var engine = _stage.Open();
        engine.Start(Main, 1, "one");

        Assert.Contains(
            "one exists already",
            Assert.Throws<PermanentException>(() => engine.Start(Main, 1, "one")).Message
        );
    }

    [Fact]
    public void Without_a_journal_there_is_nothing_to_open()
    {
        Assert.Null(FlowClient.TryOpen(_stage.StateDirectory));
        Assert.False(Directory.Exists(_stage.StateDirectory));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={JournalFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _stage.Dispose();
}
