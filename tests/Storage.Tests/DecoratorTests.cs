using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

public sealed class CountingBlobStoreTests : MemoryBackedContract
{
    public CountingBlobStoreTests()
    {
        Store = new CountingBlobStore(Memory);
    }

    protected override IBlobStore Store { get; }

    [Fact]
    public async Task Requests_are_counted_by_verb_and_bytes_by_direction()
    {
        CountingBlobStore store = (CountingBlobStore)Store;
        await store.PutIfAbsentAsync("a", Bytes(100), Ct);
        await store.PutIfAbsentAsync("a", Bytes(100), Ct);
        await store.PutAsync("b", Bytes(10), Ct);
        await store.ReadAsync("a", 50, new byte[100], Ct);
        await store.ListAsync("", Ct).ToListAsync(Ct);
        Assert.Equal(2, store.Count(BlobVerb.PutIfAbsent));
        Assert.Equal(1, store.Count(BlobVerb.List));
        Assert.Equal(5, store.Total);
        await store.TryDeleteAllAsync(["a", "b", "c"], Ct);
        Assert.Equal(3, store.Count(BlobVerb.Delete));
        Assert.Equal(110, store.BytesUp);
        Assert.Equal(50, store.BytesDown);
    }
}

public sealed class FaultInjectingBlobStoreTests : MemoryBackedContract
{
    public FaultInjectingBlobStoreTests()
    {
        Store = new FaultInjectingBlobStore(Memory, static _ => null);
    }

    protected override IBlobStore Store { get; }

    [Fact]
    public async Task A_failure_before_reaches_nothing_and_only_the_chosen_call()
    {
        FaultInjectingBlobStore store = new(
            Memory,
            FaultInjectingBlobStore.AtCall(2, new BlobFault { FailBefore = true })
        );
        await store.PutIfAbsentAsync("a", Bytes(1), Ct);
        await Assert.ThrowsAsync<TransientException>(() => store.PutIfAbsentAsync("b", Bytes(1), Ct));
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("b", Bytes(1), Ct));
        Assert.Equal(3, store.Calls);
    }

    [Fact]
    public async Task A_failure_after_loses_the_answer_of_a_call_that_was_done()
    {
        FaultInjectingBlobStore store = new(
            Memory,
            FaultInjectingBlobStore.AtCall(1, new BlobFault { FailAfter = true, Permanent = true })
        );
        await Assert.ThrowsAsync<PermanentException>(() => store.PutIfAbsentAsync("a", Bytes(1), Ct));
        Assert.Equal(PutOutcome.AlreadyExists, await store.PutIfAbsentAsync("a", Bytes(1), Ct));
    }

    [Fact]
    public async Task A_listing_fails_before_its_first_or_after_its_first_blob()
    {
        await Memory.PutIfAbsentAsync("a", Bytes(1), Ct);
        FaultInjectingBlobStore before = new(
            Memory,
            FaultInjectingBlobStore.FromCall(1, new BlobFault { FailBefore = true })
        );
        FaultInjectingBlobStore after = new(
            Memory,
            FaultInjectingBlobStore.FromCall(1, new BlobFault { FailAfter = true })
        );
        await Assert.ThrowsAsync<TransientException>(async () => await before.ListAsync("", Ct).FirstAsync(Ct));
        Assert.Equal("a", (await after.ListAsync("", Ct).FirstAsync(Ct)).Name);
        await Assert.ThrowsAsync<TransientException>(async () => await after.ListAsync("", Ct).ToListAsync(Ct));
    }

    [Fact]
    public async Task What_is_truncated_is_the_first_half()
    {
        FaultInjectingBlobStore store = new(
            Memory,
            static call => call.Verb is BlobVerb.Read or BlobVerb.List ? new BlobFault { Truncate = true } : null
        );
        foreach (string name in (string[])["a", "b", "c"])
        {
            await store.PutIfAbsentAsync(name, Bytes(100), Ct);
        }

        Assert.Equal(50, await store.ReadAsync("a", 0, new byte[100], Ct));
        Assert.Equal(["a", "b"], await store.ListAsync("", Ct).Select(item => item.Name).ToListAsync(Ct));
        FaultInjectingBlobStore cutting = new(
            Memory,
            static call => call.Verb == BlobVerb.PutIfAbsent ? new BlobFault { Truncate = true } : null
        );
        Assert.Equal(PutOutcome.Created, await cutting.PutIfAbsentAsync("d", Bytes(100), Ct));
        Assert.Equal(50, (await cutting.GetPropertiesAsync("d", Ct))!.Length);
    }

    [Fact]
    public async Task A_delayed_call_waits_by_the_given_clock()
    {
        FakeTimeProvider time = new();
        FaultInjectingBlobStore store = new(
            Memory,
            FaultInjectingBlobStore.AtCall(1, new BlobFault { Delay = TimeSpan.FromMinutes(1) }),
            time
        );
        Task<PutOutcome> put = store.PutIfAbsentAsync("a", Bytes(1), Ct);
        Assert.False(put.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(PutOutcome.Created, await put);
    }
}

public sealed class DecoratorsTests
{
    /// <summary>A member with a default answer that a decorator does not have hides what the store can do.</summary>
    [Fact]
    public void Decorators_pass_on_every_member()
    {
        Type[] decorators =
        [
            .. typeof(IBlobStore)
                .Assembly.GetTypes()
                .Append(typeof(FaultInjectingBlobStore))
                .Where(type => type.IsClass && typeof(IBlobStore).IsAssignableFrom(type))
                .Where(type =>
                    type.GetConstructors()
                        .Any(made => made.GetParameters().Any(given => given.ParameterType == typeof(IBlobStore)))
                ),
        ];

        Assert.Contains(typeof(RateLimitedBlobStore), decorators);
        Assert.Contains(typeof(CountingBlobStore), decorators);
        Assert.Empty(
            decorators.SelectMany(type =>
                type.GetInterfaceMap(typeof(IBlobStore))
                    .TargetMethods.Where(method => method.DeclaringType == typeof(IBlobStore))
                    .Select(method => $"{type.Name}.{method.Name}")
            )
        );
    }
}

/// <summary>A decorator must not change what the store does.</summary>
public abstract class MemoryBackedContract : BlobStoreContract
{
    private readonly FakeTimeProvider _time = new();

    protected MemoryBackedContract()
    {
        Memory = new MemoryBlobStore(_time, ListingPage);
    }

    private protected MemoryBlobStore Memory { get; }

    protected override Task LetLeaseExpireAsync(string name)
    {
        _time.Advance(BlobLease.MinDuration);
        return Task.CompletedTask;
    }
}
