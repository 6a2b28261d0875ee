using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

public sealed class DirectoryBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly TempDirectory _directory = new();

    public DirectoryBlobStoreTests()
    {
        Store = DirectoryBlobStore.Open(_directory.Path, _time, ListingPage);
    }

    protected override IBlobStore Store { get; }

    public void Dispose() => _directory.Dispose();

    protected override Task LetLeaseExpireAsync(string name)
    {
        _time.Advance(BlobLease.MinDuration);
        return Task.CompletedTask;
    }

    [Fact]
    public void A_missing_directory_is_refused_and_not_created()
    {
        string missing = _directory.Combine("missing");
        PermanentException e = Assert.Throws<PermanentException>(() => DirectoryBlobStore.Open(missing, _time));
        Assert.Equal(ErrorKind.Storage, e.Kind);
        Assert.Contains(missing, e.Message);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task Creation_makes_every_level_and_leaves_nothing_listed()
    {
        string path = _directory.Combine("a", "b", "c");
        DirectoryBlobStore store = await DirectoryBlobStore.CreateAsync(path, _time, Ct);
        Assert.Equal(path, store.Location);
        Assert.Empty(await store.ListAsync("", Ct).ToListAsync(Ct));
        await DirectoryBlobStore.CreateAsync(path, _time, Ct);
        Assert.Empty(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_root_that_vanished_is_never_created_again()
    {
        Directory.Delete(_directory.Path, recursive: true);
        PermanentException e = await Assert.ThrowsAsync<PermanentException>(() =>
            Store.PutIfAbsentAsync("a/b", Bytes(1), Ct)
        );
        Assert.Contains("does not exist", e.Message);
        await Assert.ThrowsAsync<PermanentException>(() => Store.ReadAsync("a/b", 0, new byte[1], Ct));
        await Assert.ThrowsAsync<PermanentException>(() => Store.GetPropertiesAsync("a/b", Ct));
        await Assert.ThrowsAsync<PermanentException>(async () => await Store.ListAsync("", Ct).ToListAsync(Ct));
        Assert.False(Directory.Exists(_directory.Path));
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task Nothing_is_written_or_missed_beneath_the_mount_point_of_a_volume_that_was_unmounted()
    {
        await Store.PutIfAbsentAsync("a/b", Bytes(1), Ct);
        string volume = _directory.Path + ".volume";
        Directory.Move(_directory.Path, volume);
        Directory.CreateDirectory(_directory.Path);

        Assert.Contains(
            "mount it again",
            (await Assert.ThrowsAsync<TransientException>(() => Store.PutIfAbsentAsync("a/c", Bytes(1), Ct))).Message
        );
        await Assert.ThrowsAsync<TransientException>(() => Store.PutAsync("a/c", Bytes(1), Ct));
        await Assert.ThrowsAsync<TransientException>(() =>
            Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct)
        );
        await Assert.ThrowsAsync<TransientException>(() => Store.ReadAsync("a/b", 0, new byte[1], Ct));
        await Assert.ThrowsAsync<TransientException>(() => Store.GetPropertiesAsync("a/b", Ct));
        await Assert.ThrowsAsync<TransientException>(() => Store.DeleteAsync("a/b", Ct));
        await Assert.ThrowsAsync<TransientException>(async () => await Store.ListAsync("", Ct).ToListAsync(Ct));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));

        Directory.Delete(_directory.Path);
        Directory.Move(volume, _directory.Path);
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("a/c", Bytes(1), Ct));
        Assert.Equal(["a/b", "a/c"], await ListAsync(""));
    }

    [Fact]
    public async Task Left_over_temporary_files_are_never_listed_and_go_after_a_day()
    {
        Directory.CreateDirectory(_directory.Combine(".tmp"));
        string abandoned = _directory.Combine(".tmp", "0123456789abcdef0123456789abcdef");
        await File.WriteAllBytesAsync(abandoned, Bytes(10), Ct);
        await Store.PutIfAbsentAsync("one", Bytes(1), Ct);
        Assert.True(File.Exists(abandoned));
        Assert.Equal(["one"], await ListAsync(""));

        _time.Advance(TimeSpan.FromHours(25));
        await DirectoryBlobStore.Open(_directory.Path, _time).PutIfAbsentAsync("two", Bytes(1), Ct);
        Assert.False(File.Exists(abandoned));
    }

    [Fact]
    public async Task Plain_names_are_the_files_names()
    {
        await Store.PutIfAbsentAsync("packs/0a/0a1b2c", Bytes(5), Ct);
        Assert.Equal(Bytes(5), await File.ReadAllBytesAsync(_directory.Combine("packs", "0a", "0a1b2c"), Ct));
    }

    [Fact]
    public async Task Files_of_strangers_are_not_blobs()
    {
        await File.WriteAllTextAsync(_directory.Combine("not canonical %"), "x", Ct);
        await File.WriteAllTextAsync(_directory.Combine(".DS_Store"), "x", Ct);
        Directory.CreateDirectory(_directory.Combine("lost+found"));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_directory_that_was_tidied_away_is_made_again()
    {
        await Store.PutIfAbsentAsync("runs/r/1", Bytes(1), Ct);
        Directory.Delete(_directory.Combine("runs"), recursive: true);
        Directory.Delete(_directory.Combine(".tmp"), recursive: true);
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("runs/r/1", Bytes(2), Ct));
        Assert.Equal(Bytes(2), await ReadAllAsync("runs/r/1"));
    }

    [Fact]
    public async Task A_blob_below_another_blob_s_name_is_refused_in_so_many_words()
    {
        await Store.PutIfAbsentAsync("a", Bytes(1), Ct);
        AbfException e = await Assert.ThrowsAnyAsync<AbfException>(() => Store.PutIfAbsentAsync("a/b", Bytes(1), Ct));
        Assert.Equal(ErrorKind.Storage, e.Kind);
        Assert.Contains("a/b", e.Message);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1)]
    public async Task A_lease_that_was_taken_by_a_clock_that_was_ahead_is_nobodys(int days)
    {
        FakeTimeProvider ahead = new(_time.GetUtcNow().AddDays(days));
        Assert.True(
            await DirectoryBlobStore
                .Open(_directory.Path, ahead)
                .AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MaxDuration, Ct)
        );

        Assert.True(await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct));
        Assert.False(await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct));
    }

    [Fact]
    public async Task A_file_in_the_making_that_a_kill_left_is_deleted_when_its_time_is_in_the_future_too()
    {
        await Store.PutIfAbsentAsync("a", Bytes(1), Ct);
        string left = _directory.Combine(".tmp", $"{Guid.NewGuid():n}");
        string atWork = _directory.Combine(".tmp", $"{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(left, "x", Ct);
        await File.WriteAllTextAsync(atWork, "x", Ct);
        File.SetLastWriteTimeUtc(left, _time.GetUtcNow().AddDays(400).UtcDateTime);
        File.SetLastWriteTimeUtc(atWork, _time.GetUtcNow().AddHours(1).UtcDateTime);

        await DirectoryBlobStore.Open(_directory.Path, _time).PutIfAbsentAsync("b", Bytes(1), Ct);

        Assert.Equal([atWork], Directory.EnumerateFiles(_directory.Combine(".tmp")));
    }

    [Fact]
    public async Task A_lease_that_another_holds_is_told_with_its_holder_and_its_end()
    {
        await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct);

        string told = await Store.DescribeLeaseAsync("lease", Ct);

        Assert.Contains(_directory.Combine(".leases", "lease"), told);
        Assert.Contains($"process {Environment.ProcessId} of host '{Environment.MachineName}'", told);
        Assert.Contains("ends by itself", told);
    }

    [Fact]
    public async Task A_lease_until_the_year_9999_is_of_a_wrong_clock_and_holds_nobody()
    {
        await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct);
        string file = _directory.Combine(".leases", "lease");
        await File.WriteAllTextAsync(
            file,
            """{"holder":"11111111-1111-1111-1111-111111111111","expires":"9999-12-31T23:59:59Z"}""",
            Ct
        );

        Assert.True(await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct));
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task A_lease_file_of_any_length_is_named_and_not_read()
    {
        await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct);
        string file = _directory.Combine(".leases", "lease");
        await using (FileStream sparse = File.Create(file))
        {
            sparse.SetLength(1L << 40);
        }

        PermanentException e = await Assert.ThrowsAsync<PermanentException>(() =>
            Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct)
        );
        Assert.Contains($"'{file}' has more than", e.Message);
    }

    [Fact]
    public async Task A_damaged_lease_file_is_named()
    {
        await Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct);
        string file = _directory.Combine(".leases", "lease");
        await File.WriteAllTextAsync(file, "{", Ct);
        PermanentException e = await Assert.ThrowsAsync<PermanentException>(() =>
            Store.AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct)
        );
        Assert.Contains(file, e.Message);
    }

    [Fact]
    public async Task A_store_of_a_URL_and_one_beneath_it_lie_in_its_directory()
    {
        var provider = new DirectoryStoreProvider();
        string url = new Uri(_directory.Path).AbsoluteUri + "/one%20%23two";

        IBlobStore store = await provider.CreateAsync(url, null, _time, Ct);
        IBlobStore control = await provider.CreateBelowAsync(url, "control", null, _time, Ct);

        Assert.Equal(
            (_directory.Combine("one #two"), _directory.Combine("one #two", "control")),
            (store.Location, control.Location)
        );
        Assert.True(Directory.Exists(control.Location));
        Assert.Equal(store.Location, provider.Open(url, null, _time).Location);
    }

    [Theory]
    [InlineData("file:///var/backups/a%20b", "/var/backups/a b")]
    [InlineData("file:///var/backups/a b#c?", "/var/backups/a b#c?")]
    [InlineData("https://account.blob.core.windows.net/c", null)]
    public void A_file_URL_gives_its_path(string url, string? path) =>
        Assert.Equal(OperatingSystem.IsWindows() ? path?[1..] : path, DirectoryUrl.TryParse(url));
}
