using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Sorting;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Support;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;

namespace AlfrescoBackupFlows.Repository.Tests.Cache;

public sealed class CacheTests
{
    [Fact]
    public async Task What_a_kill_left_is_deleted_a_day_later()
    {
        using TempDirectory temp = new();
        MemoryBlobStore blobs = new();
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: false);
        string cache = Directory.CreateDirectory(temp.Combine("cache", "spill")).FullName;
        string left = Path.Combine(cache, $"scratch-{Guid.NewGuid():N}.tmp");
        string strange = Path.Combine(cache, "notes.tmp");
        await File.WriteAllTextAsync(left, "rows", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(strange, "not ours", TestContext.Current.CancellationToken);
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        string future = Path.Combine(cache, $"scratch-{Guid.NewGuid():N}.tmp");
        await File.WriteAllTextAsync(future, "by a clock that was ahead", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(future, time.GetUtcNow().AddDays(400).UtcDateTime);

        await LoadAsync();
        Assert.False(File.Exists(future));
        Assert.True(File.Exists(left));
        time.Advance(TimeSpan.FromHours(25));
        await LoadAsync();
        Assert.False(File.Exists(left));
        Assert.True(File.Exists(strange));

        async Task LoadAsync()
        {
            await using BackupRepository repository = await BackupRepository.OpenAsync(
                blobs,
                SampleRepository.Access("none", temp.Combine("cache")) with
                {
                    Time = time,
                }
            );
            await repository.LoadIndexAsync((await repository.Log.ReadAsync()).State, CancellationToken.None);
        }
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task Files_that_are_open_have_no_names()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows deletes them when they are closed.");
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        opened.RunChunkIndex.AddPack(
            new PackId(1),
            Enumerable
                .Range(1, 40_000)
                .Select(i => new ChunkPlace(
                    new ChunkId((UInt128)i),
                    new PackEntry(new PackId(1), 1_000_000, ChunkClass.Content),
                    Frame: 0,
                    FrameOffset: 64,
                    SealedLength: 100,
                    Offset: 0,
                    Length: 50
                ))
        );
        Assert.True(opened.RunChunkIndex.TryFind(new ChunkId(5), out _));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(opened.CacheDirectory),
            file => !file.EndsWith(".chunks", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("cache", null)]
    [InlineData("cache/spill", null)]
    [InlineData("cache/00000000000000000000000000000001.chunks", "precious.tmp")]
    public async Task Nothing_is_deleted_read_or_written_through_a_link(string planted, string? target)
    {
        using TempDirectory temp = new();
        MemoryBlobStore blobs = new();
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: false);
        string outside = Directory.CreateDirectory(temp.Combine("outside")).FullName;
        string[] precious =
        [
            Path.Combine(outside, $"scratch-{Guid.NewGuid():N}.tmp"),
            Path.Combine(outside, "precious.tmp"),
        ];
        foreach (string file in precious)
        {
            await File.WriteAllTextAsync(file, "precious", TestContext.Current.CancellationToken);
        }

        FakeTimeProvider time = new(DateTimeOffset.UtcNow.AddDays(2));
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            blobs,
            SampleRepository.Access("none", temp.Combine("state", "cache")) with
            {
                Time = time,
            }
        );
        planted = temp.Combine(
            "state",
            planted.Replace("00000000000000000000000000000001", repository.Id, StringComparison.Ordinal)
        );
        Directory.CreateDirectory(Path.GetDirectoryName(planted)!);
        File.CreateSymbolicLink(planted, target is null ? outside : Path.Combine(outside, target));

        LogState state = (await repository.Log.ReadAsync()).State;
        Exception? refused = await Record.ExceptionAsync(() =>
            repository.LoadIndexAsync(state, CancellationToken.None)
        );

        // A link that nothing goes through is no fault.
        if (refused is not null || !planted.EndsWith("spill", StringComparison.Ordinal))
        {
            Assert.Contains(
                $"'{planted}' is a symbolic link",
                Assert.IsType<PermanentException>(refused).Message,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(precious.Order(), Directory.EnumerateFileSystemEntries(outside).Order());
        Assert.All(precious, file => Assert.Equal("precious", File.ReadAllText(file)));
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task A_cache_that_cannot_be_written_is_named()
    {
        // A file in its place stands for a directory that cannot be written.
        using TempDirectory temp = new();
        MemoryBlobStore blobs = new();
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: false);
        string cache = temp.Combine("cache");
        await File.WriteAllTextAsync(cache, "not a directory", TestContext.Current.CancellationToken);
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            blobs,
            SampleRepository.Access("none", cache)
        );
        LogHead head = await repository.Log.ReadAsync();
        PermanentException exception = await Assert.ThrowsAsync<PermanentException>(() =>
            repository.LoadIndexAsync(head.State, CancellationToken.None)
        );
        Assert.Equal(ErrorKind.Configuration, exception.Kind);
        Assert.StartsWith("state: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(cache, exception.Message, StringComparison.Ordinal);
        Assert.Contains("free", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sorting_names_the_directory_that_it_cannot_write()
    {
        using TempDirectory temp = new();
        using ExternalSort sort = new(
            temp.Combine("gone"),
            (left, right) => left.SequenceCompareTo(right),
            memoryBytes: 1000
        );
        PermanentException exception = Assert.Throws<PermanentException>(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                sort.Add(new byte[100]);
            }
        });
        Assert.Contains("state: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_indexes_of_the_last_two_log_states_are_kept()
    {
        await using OpenedRepository opened = await OpenedRepository.CreateAsync();
        LogState state = (await opened.Repository.Log.ReadAsync()).State;
        ChunkIndex first = opened.Index;
        Assert.Same(first, await opened.Repository.LoadIndexAsync(state, CancellationToken.None));
        for (int i = 1; i <= 2; i++)
        {
            var rows = new ChunkIndexRows();
            rows.Add(
                new ChunkPlace(
                    new ChunkId((UInt128)i),
                    new PackEntry(new PackId(1), 1_000_000, ChunkClass.Content),
                    Frame: 0,
                    FrameOffset: 64,
                    SealedLength: 100,
                    Offset: 0,
                    Length: 50
                )
            );
            (ChunkIndexBlob blob, _) = await ChunkIndexBlobs.WriteAsync(
                opened.Repository.Blobs,
                rows,
                CancellationToken.None
            );
            state = state with { Indexes = state.Indexes.Add(new ChunkIndexSummary(blob.Id, i, blob.Rows)) };
            await opened.Repository.LoadIndexAsync(state, CancellationToken.None);
        }

        Assert.NotSame(
            first,
            await opened.Repository.LoadIndexAsync(state with { Indexes = [] }, CancellationToken.None)
        );

        // Whoever got it goes on with it.
        Assert.False(first.TryFind(new ChunkId(1), out _));
    }
}
