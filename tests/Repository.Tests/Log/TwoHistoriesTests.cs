using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Log;

/// <summary>Whoever has the store can show one log, then another, then the first again, while a run is at work.</summary>
public sealed class TwoHistoriesTests
{
    private const int Most = 20;

    /// <summary>The other log is shorter, as it was before; or another host's, who saw the shorter one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_set_is_committed_in_the_log_that_was_read_or_not_at_all(bool isForked)
    {
        int committed = 0;
        int refused = 0;
        for (int from = 0; from < Most; from++)
        {
            for (int to = from + 1; to <= Most; to++)
            {
                (MemoryBlobStore first, MemoryBlobStore second, LogFixture fixture) = await ForkAsync(isForked);
                CommitLog log = fixture.Open(new TwoLogs(first, second, from, to));
                RememberedHead known = (await fixture.Open(first).ReadAsync()).Remember();

                bool isSet = await TryRunAsync(log, known);

                // What is done stands in the log that the host knows. What failed may stand there too, as after any
                // answer that was lost; what an entry in the wrong place does is told.
                LogHead after = await fixture.Open(first).ReadAsync(known);
                bool isWhole = after.State.FindSet(Samples.Run(9)) is not null && after.Break is null;
                Assert.True(isWhole || !isSet, $"shown the other log from request {from} to {to}");
                LogHead other = await fixture.Open(second).ReadAsync(known);
                Assert.NotNull(other.Break);
                (committed, refused) = isSet ? (committed + 1, refused) : (committed, refused + 1);
            }
        }

        Assert.True(committed > 0 && refused > 0, $"{committed} {refused}");
    }

    /// <summary>What a flow does with the log, in its order.</summary>
    private static async Task<bool> TryRunAsync(CommitLog log, RememberedHead known)
    {
        try
        {
            if ((await log.ReadAsync(known)).Break is not null)
            {
                return false;
            }

            RunOpened run = await log.OpenRunAsync(Samples.Run(9), "acme");
            known = (await log.ReadRecentAsync(TimeSpan.MaxValue)).Remember();
            if ((await log.LookAgainAsync(known)).Break is not null)
            {
                return false;
            }

            ChunkIndexBlob index = new(new ChunkIndexId(9), 9);
            await log.CommitAsync(run.Run, run.Base, Samples.Manifest(run.Run, run.Base, null, index));
            return true;
        }
        catch (AbfException e)
        {
            Assert.True(e.Kind is ErrorKind.Repository or ErrorKind.Storage, e.Message);
            return false;
        }
    }

    private static async Task<(MemoryBlobStore First, MemoryBlobStore Second, LogFixture Fixture)> ForkAsync(
        bool isForked
    )
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        MemoryBlobStore second = new();
        await foreach (BlobItem item in fixture.Blobs.ListAsync(string.Empty, CancellationToken.None))
        {
            byte[] blob = new byte[item.Length];
            await fixture.Blobs.ReadAsync(item.Name, 0, blob, CancellationToken.None);
            await second.PutIfAbsentAsync(item.Name, blob, CancellationToken.None);
        }

        await fixture.CommitAsync(2);
        if (isForked)
        {
            await fixture.CommitAsync(3, fixture.Open(second));
        }

        return (fixture.Blobs, second, fixture);
    }

    /// <summary>Shows the second log from one request to another, and the first before and after.</summary>
    private sealed class TwoLogs(IBlobStore first, IBlobStore second, int from, int to) : WrappedStore(first)
    {
        private int _requests;

        public override Task<PutOutcome> PutIfAbsentAsync(
            string name,
            ReadOnlyMemory<byte> content,
            CancellationToken cancellationToken
        ) =>
            IsOther()
                ? second.PutIfAbsentAsync(name, content, cancellationToken)
                : base.PutIfAbsentAsync(name, content, cancellationToken);

        public override Task<int?> ReadAsync(
            string name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        ) =>
            IsOther()
                ? second.ReadAsync(name, offset, destination, cancellationToken)
                : base.ReadAsync(name, offset, destination, cancellationToken);

        public override IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
            IsOther() ? second.ListAsync(prefix, cancellationToken) : base.ListAsync(prefix, cancellationToken);

        private bool IsOther() => _requests++ is var request && request >= from && request < to;
    }
}
