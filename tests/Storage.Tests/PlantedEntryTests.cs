using System.Diagnostics;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

/// <summary>Somebody who may write to the directory of a store, but not to what lies beside it, plants things
/// there.</summary>
[Trait("needs", "linux")]
public sealed class PlantedEntryTests : IDisposable
{
    private const string Hex = "0123456789abcdef0123456789abcdef";
    private const uint Nobody = 65534;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly TempDirectory _directory = new();
    private readonly string _root;
    private readonly string _outside;
    private readonly string _victim;

    public PlantedEntryTests()
    {
        _root = Directory.CreateDirectory(_directory.Combine("store")).FullName;
        _outside = Directory.CreateDirectory(_directory.Combine("outside")).FullName;
        _victim = Path.Combine(_outside, Hex);
        File.WriteAllText(_victim, "precious");
        File.SetLastWriteTimeUtc(_victim, DateTime.UtcNow.AddDays(-30));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        string[] found = [.. Directory.EnumerateFileSystemEntries(_outside)];
        string text = File.ReadAllText(_victim);
        _directory.Dispose();
        Assert.Equal([_victim], found);
        Assert.Equal("precious", text);
    }

    [Theory]
    [InlineData(".tmp")]
    [InlineData("packs")]
    [InlineData("packs/0a")]
    [InlineData("runs/r")]
    public async Task A_directory_that_is_a_link_is_never_written_to(string planted)
    {
        Plant(planted, _outside);
        string name = planted == ".tmp" ? "packs/0a/blob" : $"{planted}/blob";
        await RefusedAsync(planted, () => Store().PutIfAbsentAsync(name, new byte[1], Ct));
        await RefusedAsync(planted, () => Store().PutAsync(name, new byte[1], Ct));
    }

    [Theory]
    [InlineData("packs")]
    [InlineData("packs/0a")]
    public async Task A_directory_that_is_a_link_is_never_read_listed_or_deleted_from(string planted)
    {
        Plant(planted, _outside);
        string name = $"{planted}/{Hex}";
        await RefusedAsync(planted, () => Store().ReadAsync(name, 0, new byte[8], Ct));
        await RefusedAsync(planted, () => Store().GetPropertiesAsync(name, Ct));
        await RefusedAsync(planted, () => Store().DeleteAsync(name, Ct));
        await RefusedAsync(planted, () => Store().TryDeleteAllAsync([name], Ct));
        await RefusedAsync(planted, async () => await Store().ListAsync($"{planted}/", Ct).ToListAsync(Ct));
    }

    [Fact]
    public async Task A_blob_that_is_a_link_is_refused()
    {
        Plant("log/1", _victim);
        await RefusedAsync("log/1", () => Store().ReadAsync("log/1", 0, new byte[8], Ct));
        await RefusedAsync("log/1", () => Store().GetPropertiesAsync("log/1", Ct));
        await RefusedAsync("log/1", () => Store().PutIfAbsentAsync("log/1", new byte[1], Ct));
        await RefusedAsync("log/1", () => Store().DeleteAsync("log/1", Ct));
        await RefusedAsync("log/1", async () => await Store().ListAsync("log/", Ct).ToListAsync(Ct));
    }

    [Fact]
    public async Task A_blob_that_replaces_a_link_takes_the_place_of_the_link_alone()
    {
        Plant("control/state", _victim);
        await Store().PutAsync("control/state", new byte[3], Ct);
        Assert.Equal(3, new FileInfo(Path.Combine(_root, "control/state")).Length);
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_blob_is_refused_without_waiting()
    {
        Directory.CreateDirectory(Path.Combine(_root, "log"));
        Run("mkfifo", Path.Combine(_root, "log/1"));
        await RefusedAsync("log/1", () => Store().ReadAsync("log/1", 0, new byte[8], Ct));
        await RefusedAsync("log/1", async () => await Store().ListAsync("log/", Ct).ToListAsync(Ct));
    }

    [Theory]
    [InlineData(".leases", true)]
    [InlineData(".leases/.lock", false)]
    [InlineData(".leases/lease", false)]
    public async Task A_lease_is_never_taken_through_a_link(string planted, bool isDirectory)
    {
        Plant(planted, isDirectory ? _outside : _victim);
        await RefusedAsync(
            planted,
            () => Store().AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct)
        );
    }

    [Fact]
    public async Task A_lock_that_would_be_made_elsewhere_is_refused()
    {
        Plant(".leases/.lock", Path.Combine(_outside, "new"));
        await RefusedAsync(
            ".leases/.lock",
            () => Store().AcquireLeaseAsync("lease", Guid.NewGuid(), BlobLease.MinDuration, Ct)
        );
    }

    [Theory]
    [InlineData("stranger")]
    [InlineData(Hex + ".bak")]
    public async Task A_temporary_file_that_is_not_ours_is_named_and_left(string name)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_root, ".tmp")).FullName, name);
        File.WriteAllText(path, "whose?");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-30));
        await RefusedAsync($"'{name}'", () => Store().PutIfAbsentAsync("a", new byte[1], Ct));
        await RefusedAsync($"'{name}'", () => Store().PutIfAbsentAsync("a", new byte[1], Ct));
        Assert.Equal("whose?", File.ReadAllText(path));
    }

    [Fact]
    public async Task An_old_temporary_file_that_is_a_link_is_refused()
    {
        Plant($".tmp/{Hex}", _victim);
        await RefusedAsync($".tmp/{Hex}", () => Store().PutIfAbsentAsync("a", new byte[1], Ct));
    }

    [Theory]
    [InlineData(".tmp")]
    [InlineData("control")]
    [InlineData("control/.tmp")]
    public async Task A_store_below_another_is_never_made_through_a_link(string planted)
    {
        Plant(planted, _outside);
        if (planted == ".tmp")
        {
            await RefusedAsync(planted, () => DirectoryBlobStore.CreateAsync(_root, _time, Ct));
        }
        else
        {
            await RefusedAsync(planted, () => DirectoryBlobStore.CreateBelowAsync(_root, "control", _time, Ct));
        }
    }

    [Fact]
    public async Task A_store_below_another_whose_directory_becomes_a_link_is_left_alone()
    {
        DirectoryBlobStore control = await DirectoryBlobStore.CreateBelowAsync(_root, "control", _time, Ct);
        Directory.Move(Path.Combine(_root, "control"), _directory.Combine("moved"));
        Plant("control", _outside);
        await RefusedAsync("control", () => control.PutIfAbsentAsync("a", new byte[1], Ct));
        await RefusedAsync("control", () => control.ReadAsync(Hex, 0, new byte[1], Ct));
    }

    [Fact]
    public async Task The_root_may_be_a_link_of_the_administrator()
    {
        string link = _directory.Combine("link");
        Directory.CreateSymbolicLink(link, _root);
        await DirectoryBlobStore.Open(link, _time).PutIfAbsentAsync("packs/0a/blob", new byte[2], Ct);
        Assert.True(File.Exists(Path.Combine(_root, "packs/0a/blob")));
    }

    [Theory]
    [InlineData(".tmp")]
    [InlineData("packs")]
    [InlineData(".leases")]
    [InlineData(".leases/.lock")]
    public async Task What_belongs_to_another_user_is_not_written_to(string planted)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        await Store().PutIfAbsentAsync("packs/blob", new byte[1], Ct);
        await Store().AcquireLeaseAsync("packs/lease", Guid.NewGuid(), BlobLease.MinDuration, Ct);
        Run("chown", $"{Nobody}", Path.Combine(_root, planted));
        string message = await RefusedAsync(
            planted,
            () => Store().AcquireLeaseAsync("packs/lease", Guid.NewGuid(), BlobLease.MinDuration, Ct)
        );
        Assert.Contains($"belongs to user {Nobody}", message);
        Assert.Equal(1, await Store().ReadAsync("packs/blob", 0, new byte[2], Ct));
    }

    [Fact]
    public async Task A_store_that_belongs_to_another_user_as_a_whole_is_written_to_by_root()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        await Store().PutIfAbsentAsync("packs/blob", new byte[1], Ct);
        Run("chown", "-R", $"{Nobody}", _root);
        Assert.Equal(PutOutcome.Created, await Store().PutIfAbsentAsync("packs/other", new byte[1], Ct));
    }

    private static async Task<string> RefusedAsync(string names, Func<Task> work)
    {
        PermanentException e = await Assert.ThrowsAsync<PermanentException>(work);
        Assert.Equal(ErrorKind.Storage, e.Kind);
        Assert.Contains(names, e.Message);
        Assert.Contains("find out who", e.Message);
        return e.Message;
    }

    private static void Run(string tool, params string[] arguments)
    {
        using Process process = Process.Start(tool, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private DirectoryBlobStore Store() => DirectoryBlobStore.Open(_root, _time);

    private void Plant(string path, string target)
    {
        string link = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, target);
    }
}
