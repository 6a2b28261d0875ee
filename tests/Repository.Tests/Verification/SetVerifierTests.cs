using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Verification;

public sealed class SetVerifierTests
{
    [Fact]
    public async Task A_sound_repository_has_no_findings()
    {
        using TempDirectory temp = new();
        MemoryBlobStore blobs = await WriteAsync(temp);
        VerifyReport report = await VerifyAsync(blobs, temp, readData: true);
        Assert.Empty(report.Findings);
        Assert.True(report.IsSound);
        Assert.Equal(2, report.Totals.Sets);
        Assert.True(
            report.Totals.Packs > 0 && report.Totals.Packs == report.Totals.PacksRead,
            report.Totals.ToString()
        );
        Assert.True(report.Totals.Required > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pack_that_is_missing_or_cut_is_found_without_reading_data(bool missing)
    {
        using TempDirectory temp = new();
        MemoryBlobStore blobs = await WriteAsync(temp);
        BlobItem pack = (await blobs.ListAsync("packs/", CancellationToken.None).ToListAsync()).MaxBy(item =>
            item.Length
        )!;
        byte[] bytes = new byte[pack.Length];
        await blobs.ReadAsync(pack.Name, 0, bytes, CancellationToken.None);
        await blobs.DeleteAsync(pack.Name, CancellationToken.None);
        if (!missing)
        {
            await blobs.PutIfAbsentAsync(pack.Name, bytes.AsMemory(0, bytes.Length - 1), CancellationToken.None);
        }

        VerifyReport report = await VerifyAsync(blobs, temp, readData: false);
        Assert.False(report.IsSound);
        Assert.Single(
            report.Findings,
            finding => finding.Line.StartsWith($"Pack '{pack.Name}'", StringComparison.Ordinal)
        );
        Assert.All(report.Findings, finding => Assert.Equal(FindingSeverity.Error, finding.Severity));
    }

    [Fact]
    public async Task A_flipped_bit_of_content_is_found_when_data_is_read()
    {
        using TempDirectory temp = new();
        MemoryBlobStore blobs = await WriteAsync(temp);
        BlobItem pack = (await blobs.ListAsync("packs/", CancellationToken.None).ToListAsync()).MaxBy(item =>
            item.Length
        )!;
        byte[] bytes = new byte[pack.Length];
        await blobs.ReadAsync(pack.Name, 0, bytes, CancellationToken.None);
        bytes[bytes.Length / 3] ^= 4;
        await blobs.PutAsync(pack.Name, bytes, CancellationToken.None);
        Assert.True((await VerifyAsync(blobs, temp, readData: false)).IsSound);
        VerifyReport report = await VerifyAsync(blobs, temp, readData: true);
        Assert.Single(report.Findings, finding => finding.Set is null);
        Assert.All(report.Findings, finding => Assert.Contains(pack.Name, finding.Line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_set_that_has_the_same_as_the_set_before_is_verified_without_a_look_into_packs()
    {
        using TempDirectory temp = new();
        CountingBlobStore blobs = new(new MemoryBlobStore());
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: false);
        RepositoryAccess access = SampleRepository.Access(RepositoryAccess.EncryptionNone, temp.Combine("read"));
        await using BackupRepository repository = await BackupRepository.OpenAsync(blobs, access);
        await SampleRepository.WriteOtherSetAsync(repository, Samples.Run(8), number: 2);
        LogHead head = await repository.Log.ReadAsync();
        using SetVerification verification = await SetVerification.OpenAsync(
            repository,
            head.State,
            CancellationToken.None
        );
        VerifyReport second = await CheckAsync(head.State.Sets[1]);
        long requests = blobs.Total;

        VerifyReport third = await CheckAsync(head.State.Sets[2]);

        Assert.Equal(requests, blobs.Total);
        Assert.Equal(second.Totals, third.Totals);
        Assert.True(third is { IsSound: true, Totals: { Required: > 0, Files: > 0 } }, third.Totals.ToString());

        Task<VerifyReport> CheckAsync(SetSummary set) =>
            verification.CheckSetAsync(set, progress: null, CancellationToken.None);
    }

    private static async Task<MemoryBlobStore> WriteAsync(TempDirectory temp)
    {
        MemoryBlobStore blobs = new();
        await SampleRepository.WriteAsync(blobs, RepositoryAccess.EncryptionNone, temp.Combine("write"), large: true);
        return blobs;
    }

    private static async Task<VerifyReport> VerifyAsync(MemoryBlobStore blobs, TempDirectory temp, bool readData)
    {
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            blobs,
            SampleRepository.Access(RepositoryAccess.EncryptionNone, temp.Combine("read"))
        );
        LogHead head = await repository.Log.ReadAsync();
        return await new SetVerifier(repository).VerifyAsync(head, head.State.Sets, readData, CancellationToken.None);
    }
}
