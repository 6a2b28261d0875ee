using System.Text.Json;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Serve;

/// <summary>What a server does with journals that others left, and with a start that fails.</summary>
public sealed class ServedFlowsTests : IAsyncLifetime
{
    private static readonly VerifyInput Request = new(Set: null, ReadData: false);
    private static readonly string Id = InstanceIds.ForVerify(Request, Guid.NewGuid());
    private static readonly string Input = JsonSerializer.Serialize(Request, VerifyJson.Default.VerifyInput);

    private InProcess _process = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Journal => _process.Journals.Verification(InstanceIds.StampOf(Request));

    public async ValueTask InitializeAsync() => _process = await InProcess.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_verification_whose_process_died_is_driven_by_whoever_asks_what_is_on()
    {
        await LeaveUnfinishedAsync();
        await using (var flows = new ServedFlows(_process.Context))
        {
            Assert.Equal([Id], (await flows.ListAsync(nameof(VerifyFlow), Token)).Select(i => i.Id));
        }

        Assert.Equal(RuntimeStatus.Completed, StatusOf(Id));
        Assert.Contains($"{Id} is resumed", _process.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verification_that_was_left_too_long_ago_is_given_up()
    {
        await LeaveUnfinishedAsync();
        await using (
            var connection = new SqliteConnection($"Data Source={Path.Combine(Journal, "journal.db")};Pooling=False")
        )
        {
            await connection.OpenAsync(Token);
            await using SqliteCommand age = connection.CreateCommand();
            age.CommandText = "UPDATE instance SET created = created - 13 * 3600 * 1000";
            await age.ExecuteNonQueryAsync(Token);
        }

        await using VerifyHost host = await VerifyHost.OpenAsync(_process.Context, Request);
        VerifyResult result = await host.RunAsync(Request);

        Assert.True(result.Report.IsSound);
        Assert.Contains($"the unfinished {Id} is abandoned: it is 13:00:", _process.Said, StringComparison.Ordinal);
        Assert.Equal(RuntimeStatus.Terminated, StatusOf(Id));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_in_nobodys_way()
    {
        string damaged = Directory.CreateDirectory(_process.Journals.Verification("0123456789abcdef")).FullName;
        await File.WriteAllTextAsync(Path.Combine(damaged, "journal.db"), new string('x', 5000), Token);
        await using (var flows = new ServedFlows(_process.Context))
        {
            await flows.Interrupted.ResumeAllAsync(Token);
            Assert.True(await flows.TryStartAsync(nameof(VerifyFlow), Input, Id, Token));
            Assert.Equal([Id], (await flows.ListAsync(nameof(VerifyFlow), Token)).Select(i => i.Id));
        }

        await using VerifyHost host = await VerifyHost.OpenAsync(_process.Context, Request);
        Assert.True((await host.RunAsync(Request)).Report.IsSound);
        Assert.Contains($"warning: left alone: state: the journal {damaged}", _process.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_fails_leaves_the_journal_free()
    {
        await using var flows = new ServedFlows(_process.Context);
        await Assert.ThrowsAsync<PermanentException>(() =>
            flows.TryStartAsync(nameof(VerifyFlow), new string(' ', 70_000), Id, Token)
        );

        Assert.True(await flows.TryStartAsync(nameof(VerifyFlow), Input, Id, Token));
    }

    [Fact]
    public async Task A_scheduled_start_that_fails_in_a_way_that_nobody_foresaw_does_not_end_the_server()
    {
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(_process.Context, takesLeases: false);
        using var api = new BackupApi(environment.Flows);

        await ServeCommand.FireAsync(_process.Context, api, new FullDiskFlows());

        Assert.Contains(
            "error: schedule: the backup could not be started: no space",
            _process.Said,
            StringComparison.Ordinal
        );
    }

    private async Task LeaveUnfinishedAsync()
    {
        await using FlowHost dead = await FlowHost.OpenAsync(_process.Context, Journal, takesLeases: false);
        dead.Client.Start(nameof(VerifyFlow), FlowHost.Write(Request), Id);
    }

    private RuntimeStatus StatusOf(string id)
    {
        using FlowClient client = FlowClient.TryOpen(Journal)!;
        return client.TryGet(id)!.Status;
    }

    private sealed class FullDiskFlows : IFlowInstances
    {
        public Task<bool> TryStartAsync(
            string flowName,
            string input,
            string instanceId,
            CancellationToken cancellationToken
        ) => throw new IOException("no space");

        public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
            Task.FromResult<InstanceState?>(null);

        public Task<IReadOnlyList<InstanceState>> ListAsync(string flowName, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<InstanceState>>([]);

        public Task<bool> TryRaiseEventAsync(
            string instanceId,
            string eventName,
            string payload,
            CancellationToken cancellationToken
        ) => Task.FromResult(false);
    }
}
