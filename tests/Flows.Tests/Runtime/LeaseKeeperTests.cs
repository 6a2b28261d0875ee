using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Runtime;

public sealed class LeaseKeeperTests
{
    private const string Name = "leases/sample";
    private static readonly RunId Run = RunId.Parse("20261122T010000Z-00000001");
    private static readonly RunId Another = RunId.Parse("20261122T020000Z-00000002");

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_storage_that_is_away_for_longer_than_the_lease_lasts_is_a_fault_of_the_storage_and_the_run_goes_on_later()
    {
        bool away = false;
        var control = new FaultInjectingBlobStore(
            new MemoryBlobStore(_time),
            _ => away ? new BlobFault { FailBefore = true } : null
        );
        await using LeaseKeeper leases = Keeper(control);
        await using HeldLease lease = await leases.HoldAsync(Run, _token);

        away = true;
        await UntilLostAsync(lease);
        away = false;
        await using HeldLease again = await leases.HoldAsync(Run, _token);

        Assert.Equal(ErrorKind.Storage, Assert.IsType<TransientException>(lease.Fault).Kind);
        Assert.Null(again.Fault);
    }

    [Fact]
    public async Task A_lease_that_another_run_took_ends_this_one()
    {
        var control = new MemoryBlobStore(_time);
        await using LeaseKeeper leases = Keeper(control);
        await using HeldLease lease = await leases.HoldAsync(Run, _token);

        Assert.True(await control.ReleaseLeaseAsync(Name, LeaseKeeper.LeaseId(Run), _token));
        Assert.True(await control.AcquireLeaseAsync(Name, LeaseKeeper.LeaseId(Another), LeaseKeeper.Duration, _token));
        await UntilLostAsync(lease);

        Assert.Equal(ErrorKind.Busy, Assert.IsType<PermanentException>(lease.Fault).Kind);
    }

    [Fact]
    public async Task A_lease_of_another_run_is_named_in_the_refusal()
    {
        var control = new MemoryBlobStore(_time);
        await using LeaseKeeper leases = Keeper(control);
        Assert.True(await control.AcquireLeaseAsync(Name, LeaseKeeper.LeaseId(Another), LeaseKeeper.Duration, _token));

        PermanentException e = await Assert.ThrowsAsync<PermanentException>(() => leases.HoldAsync(Run, _token));

        Assert.Equal(ErrorKind.Busy, e.Kind);
        Assert.Contains($"the lease is '{Name}'", e.Message);
    }

    [Fact]
    public async Task A_run_that_is_over_ends_what_is_still_at_work_for_it()
    {
        var control = new MemoryBlobStore(_time);
        await using LeaseKeeper leases = Keeper(control);
        await using HeldLease lease = await leases.HoldAsync(Run, _token);

        await leases.ReleaseAsync(Run, _token);

        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.Equal(ErrorKind.Cancelled, Assert.IsType<PermanentException>(lease.Fault).Kind);
        Assert.True(await control.AcquireLeaseAsync(Name, LeaseKeeper.LeaseId(Another), LeaseKeeper.Duration, _token));
    }

    [Fact]
    public async Task A_lease_that_was_renewed_lately_is_not_asked_for_again()
    {
        var control = new CountingBlobStore(new MemoryBlobStore(_time));
        await using LeaseKeeper leases = Keeper(control);
        await (await leases.HoldAsync(Run, _token)).DisposeAsync();
        await (await leases.HoldAsync(Run, _token)).DisposeAsync();
        Assert.Equal(1, control.Count(BlobVerb.AcquireLease));

        _time.Advance(LeaseKeeper.RenewEvery);
        await (await leases.HoldAsync(Run, _token)).DisposeAsync();
        Assert.Equal(2, control.Count(BlobVerb.AcquireLease));

        await leases.ReleaseAsync(Run, _token);
        Assert.True(await control.AcquireLeaseAsync(Name, LeaseKeeper.LeaseId(Another), LeaseKeeper.Duration, _token));
        await Assert.ThrowsAsync<PermanentException>(() => leases.HoldAsync(Run, _token));
    }

    private LeaseKeeper Keeper(IBlobStore control) => new(control, Name, _time, NullLogger.Instance);

    private async Task UntilLostAsync(HeldLease lease)
    {
        while (!lease.Lost.IsCancellationRequested)
        {
            _token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
    }
}
