using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Log;

/// <summary>What a machine keeps of the log spares requests, and never hides what became of the store.</summary>
public sealed class LogCacheTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string Cache => _directory.Combine("cache");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_machine_that_has_seen_the_log_reads_the_newest_entry_alone()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await CommitAsync(fixture, sets: 5);
        CountingBlobStore counted = new(fixture.Blobs);

        LogHead head = await fixture.OpenKept(Cache, counted).ReadAsync();

        AssertSame(await fixture.Open().ReadAsync(), head);

        // The newest, and that none follows it.
        Assert.Equal((2, 1), (counted.Count(BlobVerb.Read), counted.Count(BlobVerb.List)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(6, false)]
    [InlineData(6, true)]
    public async Task An_entry_that_is_gone_from_the_store_or_cut_there_is_told_all_the_same(long damaged, bool isCut)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await CommitAsync(fixture, sets: 3);
        RememberedHead remembered = (await fixture.Open().ReadAsync()).Remember();
        byte[] blob = await fixture.ReadBlobAsync(damaged);
        await fixture.Blobs.DeleteAsync(LogNames.BlobName(damaged), CancellationToken.None);
        if (isCut)
        {
            await fixture.Blobs.PutIfAbsentAsync(
                LogNames.BlobName(damaged),
                blob.AsMemory(0, blob.Length - 1),
                CancellationToken.None
            );
        }

        (LogHead? expected, string? fault) = await TryReadAsync(fixture.Open(), remembered);
        (LogHead? head, string? keptFault) = await TryReadAsync(fixture.OpenKept(Cache), remembered);

        Assert.Equal(fault, keptFault);
        Assert.Equal(expected?.Break, head?.Break);
        Assert.True(fault is not null || head!.Break is not null);
    }

    /// <summary>Entries of both have the same sequences and lengths.</summary>
    [Fact]
    public async Task Entries_of_another_log_do_not_count_in_this_one()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await fixture.CommitAsync(1);
        MemoryBlobStore copy = await CopyAsync(fixture.Blobs);
        await fixture.CommitAsync(2, fixture.OpenKept(Cache));
        await fixture.CommitAsync(3, fixture.OpenKept(Cache));
        await fixture.CommitAsync(4, fixture.Open(copy));
        await fixture.CommitAsync(5, fixture.Open(copy));

        LogHead head = await fixture.OpenKept(Cache, copy).ReadAsync();

        AssertSame(await fixture.Open(copy).ReadAsync(), head);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_damaged_on_the_machine_is_read_from_the_store(bool isGone)
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await CommitAsync(fixture, sets: 3);
        string[] kept = Directory.GetFiles(Cache, "*", SearchOption.AllDirectories);
        Assert.Equal(7, kept.Length);
        foreach (string file in kept)
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            bytes[^1] ^= 1;
            if (isGone)
            {
                File.Delete(file);
            }
            else
            {
                await File.WriteAllBytesAsync(file, bytes);
            }
        }

        CountingBlobStore counted = new(fixture.Blobs);
        LogHead head = await fixture.OpenKept(Cache, counted).ReadAsync();

        AssertSame(await fixture.Open().ReadAsync(), head);
        Assert.Equal(8, counted.Count(BlobVerb.Read));

        // And kept again.
        await fixture.OpenKept(Cache, counted).ReadAsync();
        Assert.Equal(8 + 2, counted.Count(BlobVerb.Read));
    }

    [Fact]
    public async Task A_machine_that_can_keep_nothing_reads_the_store()
    {
        await File.WriteAllTextAsync(Cache, "a file where the directory belongs");
        LogFixture fixture = await LogFixture.StartAsync();

        await CommitAsync(fixture, sets: 2);

        AssertSame(await fixture.Open().ReadAsync(), await fixture.OpenKept(Cache).ReadAsync());
    }

    [Fact]
    public async Task What_is_kept_is_bounded()
    {
        LogFixture fixture = await LogFixture.StartAsync();
        await CommitAsync(fixture, sets: 80);

        Assert.Equal(128, Directory.GetFiles(Cache, "*", SearchOption.AllDirectories).Length);
        AssertSame(await fixture.Open().ReadAsync(), await fixture.OpenKept(Cache).ReadAsync());
    }

    private async Task CommitAsync(LogFixture fixture, int sets)
    {
        CommitLog log = fixture.OpenKept(Cache);
        for (int i = 1; i <= sets; i++)
        {
            await fixture.CommitAsync(i, log);
        }
    }

    private static void AssertSame(LogHead expected, LogHead head)
    {
        Assert.Equal((expected.Sequence, expected.Sha256, expected.Next), (head.Sequence, head.Sha256, head.Next));
        Assert.Equal(expected.State.Sets, head.State.Sets);
        Assert.Equal(expected.Alarms, head.Alarms);
        Assert.Equal(expected.Break, head.Break);
    }

    private static async Task<(LogHead? Head, string? Fault)> TryReadAsync(CommitLog log, RememberedHead remembered)
    {
        try
        {
            return (await log.ReadAsync(remembered), null);
        }
        catch (Platform.Errors.AbfException e)
        {
            return (null, e.Message);
        }
    }

    private static async Task<MemoryBlobStore> CopyAsync(MemoryBlobStore blobs)
    {
        MemoryBlobStore copy = new();
        await foreach (BlobItem item in blobs.ListAsync(string.Empty, CancellationToken.None))
        {
            byte[] blob = new byte[item.Length];
            await blobs.ReadAsync(item.Name, 0, blob, CancellationToken.None);
            await copy.PutIfAbsentAsync(item.Name, blob, CancellationToken.None);
        }

        return copy;
    }
}
