using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Repository.Tests.Format;

/// <summary>
/// Two implementations of <c>docs/repository-format.md</c> agree, on repositories that were written once and are
/// checked in, and on one that is written now.
/// </summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("passphrase")]
    [InlineData("rotated")]
    [InlineData("write-only")]
    [InlineData("healed")]
    [InlineData("healed-index")]
    [InlineData("pruned")]
    public async Task Both_readers_read_the_checked_in_repositories_as_they_were_written(string name)
    {
        using TempDirectory temp = new();
        string vector = SourceFiles.Path("tests", "reader", "vectors", name);
        string encryption = EncryptionOf(name);
        string[] expected = await File.ReadAllLinesAsync(vector + ".txt");
        IBlobStore blobs = DirectoryBlobStore.Open(vector, TimeProvider.System);
        (ImmutableArray<string> lines, LogHead head) = await SampleRepository.ReadAsync(
            blobs,
            SampleRepository.Access(encryption, temp.Path)
        );
        Assert.Equal(expected, lines);
        Assert.Empty(head.Alarms);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                expected,
                await IndependentReader.ReadAsync(vector, encryption == "none" ? null : SampleRepository.Passphrase)
            );
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("passphrase")]
    [InlineData("rotated")]
    [InlineData("healed")]
    [InlineData("pruned")]
    public async Task A_checked_in_repository_is_backed_up_to_and_forgotten_from_and_pruned(string name)
    {
        using TempDirectory temp = new();
        string place = temp.Combine("repository");
        IBlobStore blobs = await CopyAsync(SourceFiles.Path("tests", "reader", "vectors", name), place);
        RepositoryAccess access = SampleRepository.Access(EncryptionOf(name), temp.Combine("cache"));
        (ImmutableArray<string> before, LogHead old) = await SampleRepository.ReadAsync(blobs, access);
        RunId newest = old.State.Sets[^1].Id;
        await using (BackupRepository repository = await BackupRepository.OpenAsync(blobs, access))
        {
            await SampleRepository.WriteOtherSetAsync(repository, Samples.Run(8), number: 5);
            IReadOnlyCollection<RunId> gone = [.. old.State.Sets.Select(set => set.Id).Where(id => id != newest)];
            await repository.Log.ExpireAsync(_ => Task.FromResult(gone));

            PruneReport report = await new Prune(repository, new PruneOptions(0)).RunAsync(CancellationToken.None);

            Assert.Equal((0, 0), (report.UnusedBytes, report.LaterBlobs));
            Assert.True(gone.Count == 0 || report.FreedBytes > 0, $"{report}");
        }

        (ImmutableArray<string> after, LogHead head) = await SampleRepository.ReadAsync(blobs, access);
        Assert.Equal([newest, Samples.Run(8)], head.State.Sets.Select(set => set.Id));
        Assert.Empty(head.Alarms);
        Assert.Equal(
            before.Where(line => line.StartsWith($"{newest}", StringComparison.Ordinal)),
            after.Where(line => line.StartsWith($"{newest}", StringComparison.Ordinal))
        );
        Assert.True(after.Count(line => line.StartsWith($"{Samples.Run(8)}", StringComparison.Ordinal)) > 60);
        if (!OperatingSystem.IsWindows())
        {
            string? passphrase = access.Passphrase is null ? null : SampleRepository.Passphrase;
            Assert.Equal(after, await IndependentReader.ReadAsync(place, passphrase));
        }
    }

    private static async Task<DirectoryBlobStore> CopyAsync(string from, string to)
    {
        DirectoryBlobStore copy = await DirectoryBlobStore.CreateAsync(to, TimeProvider.System, CancellationToken.None);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(from, file).Replace('\\', '/');
            await copy.PutIfAbsentAsync(name, await File.ReadAllBytesAsync(file), CancellationToken.None);
        }

        return copy;
    }

    [Theory]
    [InlineData("none")]
    [InlineData("passphrase")]
    public async Task Both_readers_agree_on_a_repository_written_now(string encryption)
    {
        using TempDirectory temp = new();
        IBlobStore blobs = await DirectoryBlobStore.CreateAsync(
            temp.Combine("repository"),
            TimeProvider.System,
            CancellationToken.None
        );
        await SampleRepository.WriteAsync(blobs, encryption, temp.Combine("cache"), large: true);
        if (encryption == "passphrase")
        {
            await SampleRepository.RotateAndGoOnAsync(blobs, temp.Combine("cache"));
            await SampleRepository.ExportAndGoOnAsync(blobs, temp.Combine("cache"));
        }

        (ImmutableArray<string> lines, _) = await SampleRepository.ReadAsync(
            blobs,
            SampleRepository.Access(encryption, temp.Combine("cache"))
        );
        Assert.True(lines.Length > 80);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                lines,
                await IndependentReader.ReadAsync(
                    temp.Combine("repository"),
                    encryption == "none" ? null : SampleRepository.Passphrase
                )
            );
        }
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task A_log_whose_first_entry_is_gone_is_read_from_the_first_one_that_carries_the_state()
    {
        using TempDirectory temp = new();
        DirectoryBlobStore blobs = await DirectoryBlobStore.CreateAsync(
            temp.Combine("repository"),
            TimeProvider.System,
            CancellationToken.None
        );
        await BackupRepository.InitAsync(blobs, new RepositoryInit("none", null, "first", TimeProvider.System));
        RepositoryAccess access = new("none", null, temp.Combine("cache"), TimeProvider.System);
        await using (BackupRepository repository = await BackupRepository.OpenAsync(blobs, access))
        {
            for (int i = 0; i < 33; i++)
            {
                RunId run = RunId.Parse($"20261122T0000{i:00}Z-00000001");
                await repository.Log.OpenRunAsync(run, "acme");
                await repository.Log.AbortAsync(run, "test");
            }
        }

        await blobs.DeleteAsync(LogNames.BlobName(0), CancellationToken.None);

        await using BackupRepository again = await BackupRepository.OpenAsync(blobs, access);
        Assert.Equal(66, (await again.Log.ReadAsync()).Sequence);
        Assert.Empty(await IndependentReader.ReadAsync(temp.Combine("repository"), passphrase: null));
    }

    [Theory(Explicit = true)]
    [InlineData("none")]
    [InlineData("passphrase")]
    [InlineData("rotated")]
    [InlineData("write-only")]
    [InlineData("healed")]
    [InlineData("healed-index")]
    [InlineData("pruned")]
    public async Task Write_the_repositories_that_are_checked_in(string name)
    {
        using TempDirectory temp = new();
        string vector = SourceFiles.Path("tests", "reader", "vectors", name);
        string encryption = EncryptionOf(name);
        Assert.False(
            Directory.Exists(vector),
            $"{vector} is fixed: a reader of this version must read it for ever. Remove it by hand to write it anew."
        );
        IBlobStore blobs = await DirectoryBlobStore.CreateAsync(vector, TimeProvider.System, CancellationToken.None);
        await SampleRepository.WriteAsync(blobs, encryption, temp.Path, large: false);
        if (name == "rotated")
        {
            await SampleRepository.RotateAndGoOnAsync(blobs, temp.Path);
        }

        if (name == "write-only")
        {
            await SampleRepository.ExportAndGoOnAsync(blobs, temp.Path);
        }

        if (name == "healed")
        {
            await SampleRepository.LoseAndStoreAgainAsync(blobs, encryption, temp.Path);
        }

        if (name == "healed-index")
        {
            await SampleRepository.LoseIndexesAndHealAsync(blobs, encryption, temp.Path);
        }

        if (name == "pruned")
        {
            await SampleRepository.ForgetAndPruneAsync(blobs, encryption, temp.Path);
        }

        (ImmutableArray<string> lines, _) = await SampleRepository.ReadAsync(
            blobs,
            SampleRepository.Access(encryption, temp.Path)
        );
        await File.WriteAllLinesAsync(vector + ".txt", lines);
    }

    private static string EncryptionOf(string vector) =>
        vector is "none" or "healed" or "healed-index" or "pruned" ? "none" : "passphrase";
}
