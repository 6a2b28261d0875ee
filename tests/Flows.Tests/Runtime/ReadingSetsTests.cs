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

public sealed class ReadingSetsTests
{
    private static readonly RunId Set = RunId.Parse("20261122T010000Z-00000001");

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Activities_one_after_the_other_take_a_lease_once_and_again_before_it_ends()
    {
        var control = new CountingBlobStore(new MemoryBlobStore(_time));
        await using var reading = new ReadingSets(
            _ => Task.FromResult<IBlobStore?>(control),
            _time,
            NullLogger.Instance
        );

        for (int activity = 0; activity < 10; activity++)
        {
            await using IAsyncDisposable held = await reading.HoldAsync(Set, _token);
        }

        Assert.Equal(1, control.Count(BlobVerb.AcquireLease));

        // Nobody reads when the next renewal is due, so that the lease grows old; it may see the next reader as well.
        _time.Advance(LeaseKeeper.RenewEvery);
        await using IAsyncDisposable later = await reading.HoldAsync(Set, _token);

        Assert.InRange(control.Count(BlobVerb.AcquireLease), 2, 3);
    }

    [Fact]
    public async Task Each_set_has_a_lease_of_its_own()
    {
        var control = new CountingBlobStore(new MemoryBlobStore(_time));
        await using var reading = new ReadingSets(
            _ => Task.FromResult<IBlobStore?>(control),
            _time,
            NullLogger.Instance
        );

        await using (await reading.HoldAsync(Set, _token))
        {
            await using IAsyncDisposable all = await reading.HoldAsync(null, _token);
            Assert.Equal(2, control.Count(BlobVerb.AcquireLease));
        }
    }

    [Fact]
    public async Task Who_gives_up_before_the_lease_is_taken_holds_nothing_and_the_next_reader_takes_it()
    {
        var control = new CountingBlobStore(new MemoryBlobStore(_time));
        using var given = new CancellationTokenSource();
        await using var reading = new ReadingSets(
            async stop =>
            {
                await given.CancelAsync();
                stop.ThrowIfCancellationRequested();
                return control;
            },
            _time,
            NullLogger.Instance
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.HoldAsync(Set, given.Token));

        await using IAsyncDisposable held = await reading.HoldAsync(Set, _token);

        Assert.Equal(1, control.Count(BlobVerb.AcquireLease));
    }

    [Fact]
    public async Task A_network_that_was_away_at_first_leaves_no_set_without_its_lease()
    {
        var control = new CountingBlobStore(new MemoryBlobStore(_time));
        int opened = 0;
        await using var reading = new ReadingSets(
            _ =>
                opened++ == 0
                    ? throw new TransientException(ErrorKind.Storage, "the network is away")
                    : Task.FromResult<IBlobStore?>(control),
            _time,
            NullLogger.Instance
        );
        await using (await reading.HoldAsync(Set, _token))
        {
            Assert.Equal(0, control.Count(BlobVerb.AcquireLease));
        }

        await using IAsyncDisposable held = await reading.HoldAsync(Set, _token);

        Assert.Equal(1, control.Count(BlobVerb.AcquireLease));
    }
}
