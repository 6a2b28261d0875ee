using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Verification;

/// <summary>
/// What each depth finds, as <c>docs/verify.md</c> says it: one flipped bit in every kind of blob that a set needs.
/// </summary>
public sealed class VerifyDepthTests
{
    private const int FlipsPerBlob = 28;

    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Every_flipped_bit_is_found_by_data_and_by_structure_all_that_is_outside_of_packs()
    {
        // Packs, index and log have the same form either way; without a passphrase a repository opens at once.
        const string Encryption = RepositoryAccess.EncryptionNone;
        int seed = Environment.TickCount;
        Random random = new(seed);
        using TempDirectory temp = new();
        MemoryBlobStore blobs = new();
        await SampleRepository.WriteAsync(blobs, Encryption, temp.Combine("write"), large: false);
        Dictionary<string, string> kinds = await KindsAsync(blobs, Encryption, temp);
        Assert.Equal(
            ["config", "content", "dump", "index", "log", "metadata", "search index"],
            kinds.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        );
        Dictionary<string, int> found = new(StringComparer.Ordinal);
        foreach ((string name, string kind) in kinds)
        {
            byte[] bytes = await ReadAsync(blobs, name);
            foreach (int bit in Bits(bytes.Length * 8, random))
            {
                byte[] flipped = [.. bytes];
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                await blobs.PutAsync(name, flipped, Never);
                string where = $"bit {bit} of {name}, {kind} (seed {seed})";
                Assert.False(await IsSoundAsync(blobs, Encryption, temp, readData: true), where);
                bool seen = !await IsSoundAsync(blobs, Encryption, temp, readData: false);
                Assert.True(seen || kind is "content" or "dump" or "search index" or "metadata", where);
                found[kind] = found.GetValueOrDefault(kind) + (seen ? 1 : 0);
            }

            await blobs.PutAsync(name, bytes, Never);
        }

        Assert.True(await IsSoundAsync(blobs, Encryption, temp, readData: true), "all is as it was");
        Assert.Equal((0, 0, 0), (found["content"], found["dump"], found["search index"]));
        Assert.True(found["metadata"] > 0, "listings are read");
    }

    /// <summary>The first and the last, where headers and tags are, and some between.</summary>
    private static IEnumerable<int> Bits(int count, Random random) =>
        Enumerable
            .Range(0, 8)
            .Concat(Enumerable.Range(count - 8, 8))
            .Concat(Enumerable.Range(0, FlipsPerBlob - 16).Select(_ => random.Next(count)));

    /// <summary>The blobs that the sets need, and what they are.</summary>
    private static async Task<Dictionary<string, string>> KindsAsync(
        MemoryBlobStore blobs,
        string encryption,
        TempDirectory temp
    )
    {
        Dictionary<string, string> kinds = new(StringComparer.Ordinal);
        await foreach (BlobItem item in blobs.ListAsync(string.Empty, Never))
        {
            string kind = item.Name[..item.Name.IndexOf('/', StringComparison.Ordinal)];
            if (kind is "config" or "log" or "index")
            {
                kinds.Add(item.Name, kind);
            }
        }

        await using BackupRepository repository = await OpenAsync(blobs, encryption, temp);
        LogHead head = await repository.Log.ReadAsync();
        using SetVerification verification = await SetVerification.OpenAsync(repository, head.State, Never);
        foreach (SetSummary set in head.State.Sets)
        {
            await verification.CheckSetAsync(set, null, Never);
        }

        foreach (PackEntry pack in verification.NeededPacks)
        {
            kinds.Add(
                pack.Id.BlobName,
                pack.Class switch
                {
                    ChunkClass.Metadata => "metadata",
                    ChunkClass.Dump => "dump",
                    ChunkClass.Index => "search index",
                    _ => "content",
                }
            );
        }

        return kinds;
    }

    private static async Task<byte[]> ReadAsync(MemoryBlobStore blobs, string name)
    {
        byte[] bytes = new byte[(await blobs.GetPropertiesAsync(name, Never))!.Length];
        await blobs.ReadAsync(name, 0, bytes, Never);
        return bytes;
    }

    /// <summary>Nothing at all to say.</summary>
    private static async Task<bool> IsSoundAsync(
        MemoryBlobStore blobs,
        string encryption,
        TempDirectory temp,
        bool readData
    )
    {
        try
        {
            await using BackupRepository repository = await OpenAsync(blobs, encryption, temp);
            LogHead head = await repository.Log.ReadAsync();
            VerifyReport report = await new SetVerifier(repository).VerifyAsync(head, head.State.Sets, readData, Never);
            return report.Findings.IsEmpty;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository or ErrorKind.Configuration)
        {
            return false;
        }
    }

    private static Task<BackupRepository> OpenAsync(MemoryBlobStore blobs, string encryption, TempDirectory temp) =>
        BackupRepository.OpenAsync(
            blobs,
            SampleRepository.Access(encryption, temp.Combine(Guid.NewGuid().ToString("n")))
        );
}
