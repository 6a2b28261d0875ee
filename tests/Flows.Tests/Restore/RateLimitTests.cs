using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary><c>--limit-rate</c>: one limit for all who read.</summary>
public sealed class RateLimitTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Readers_share_the_bytes_of_a_second()
    {
        MemoryBlobStore blobs = new();
        await blobs.PutIfAbsentAsync("packs/00/a", new byte[1000], _token);
        var limited = new RateLimitedBlobStore(blobs, new RateLimit(1000, _time), writes: null);

        Task<int?>[] reads =
        [
            .. Enumerable.Range(0, 3).Select(_ => limited.ReadAsync("packs/00/a", 0, new byte[1000], _token)),
        ];
        List<int> done = [];
        for (int second = 0; second < 4; second++)
        {
            done.Add(reads.Count(read => read.IsCompleted));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 1, 2, 3], done);
        Assert.Equal([1000, 1000, 1000], await Task.WhenAll(reads));
    }

    [Fact]
    public async Task What_was_not_read_is_not_made_up_for_and_what_is_not_there_costs_nothing()
    {
        MemoryBlobStore blobs = new();
        await blobs.PutIfAbsentAsync("packs/00/a", new byte[1000], _token);
        var limited = new RateLimitedBlobStore(blobs, new RateLimit(1000, _time), writes: null);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Null(await limited.ReadAsync("packs/00/b", 0, new byte[1000], _token));
        Task<int?> read = limited.ReadAsync("packs/00/a", 0, new byte[1000], _token);

        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1000, await read);
    }

    [Fact]
    public async Task What_is_written_waits_before_it_goes_out_and_reads_pass()
    {
        MemoryBlobStore blobs = new();
        var limited = new RateLimitedBlobStore(blobs, reads: null, new RateLimit(1000, _time));

        Task put = limited.PutIfAbsentAsync("packs/00/a", new byte[2000], _token);

        Assert.Null(await limited.ReadAsync("packs/00/a", 0, new byte[1000], _token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await limited.ReadAsync("packs/00/a", 0, new byte[1000], _token));
        _time.Advance(TimeSpan.FromSeconds(1));
        await put;
        Assert.Equal(1000, await limited.ReadAsync("packs/00/a", 0, new byte[1000], _token));
    }

    [Fact]
    public async Task What_is_read_of_a_dump_waits()
    {
        var bytes = new MemoryStream(new byte[3000]);
        await using var stream = new ProgressStream(
            bytes,
            new SilentProgress(),
            "database",
            new RateLimit(1000, _time)
        );

        ValueTask<int> read = stream.ReadAsync(new byte[1000], _token);

        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1000, await read);
    }
}
