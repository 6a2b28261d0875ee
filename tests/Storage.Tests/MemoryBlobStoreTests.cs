using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;

namespace AlfrescoBackupFlows.Storage.Tests;

public sealed class MemoryBlobStoreTests : BlobStoreContract
{
    private readonly FakeTimeProvider _time = new();

    public MemoryBlobStoreTests()
    {
        Store = new MemoryBlobStore(_time, ListingPage);
    }

    protected override IBlobStore Store { get; }

    protected override Task LetLeaseExpireAsync(string name)
    {
        _time.Advance(BlobLease.MinDuration);
        return Task.CompletedTask;
    }
}
