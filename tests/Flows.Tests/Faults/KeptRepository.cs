using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Verification;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Flows.Tests.Faults;

/// <summary>
/// What a repository held at one time, read once: copies and proofs then ask no store for it. Pages and receipts of
/// runs are left out, no set needs them.
/// </summary>
/// <param name="cache">A directory of its own.</param>
internal sealed class KeptRepository(IReadOnlyDictionary<string, byte[]> blobs, string cache)
{
    private string? _newest;

    public static async Task<KeptRepository> ReadAsync(
        IBlobStore store,
        string cache,
        CancellationToken cancellationToken
    )
    {
        var blobs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await foreach (BlobItem item in store.ListAsync("", cancellationToken))
        {
            if (!item.Name.StartsWith("runs/", StringComparison.Ordinal))
            {
                byte[] content = new byte[item.Length];
                await store.ReadAsync(item.Name, 0, content, cancellationToken);
                blobs.Add(item.Name, content);
            }
        }

        return new KeptRepository(blobs, cache);
    }

    public async Task CopyAsync(IBlobStore to, CancellationToken cancellationToken)
    {
        foreach ((string name, byte[] content) in blobs)
        {
            await to.PutIfAbsentAsync(name, content, cancellationToken);
        }
    }

    /// <summary>As a directory store keeps it, without its care for durability.</summary>
    public async Task CopyAsync(string directory, CancellationToken cancellationToken)
    {
        foreach ((string name, byte[] content) in blobs)
        {
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, cancellationToken);
        }
    }

    /// <summary>Whether what was there before is there as it was, and every set restores.</summary>
    /// <returns>What is wrong, a line each.</returns>
    public async Task<List<string>> FindFaultsAsync(
        KeptRepository before,
        int atLeast,
        CancellationToken cancellationToken
    )
    {
        List<string> faults =
        [
            .. before
                .Blobs.Where(blob =>
                    !blobs.TryGetValue(blob.Key, out byte[]? now) || !now.AsSpan().SequenceEqual(blob.Value)
                )
                .Select(blob => $"{blob.Key} was changed"),
        ];
        await using BackupRepository repository = await OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        VerifyReport report = await new SetVerifier(repository).VerifyAsync(
            head,
            head.State.Sets,
            readData: true,
            cancellationToken: cancellationToken
        );
        // A warning says what lies about, such as half a log entry that nobody reads.
        faults.AddRange(
            report.Findings.Where(finding => finding.Severity is FindingSeverity.Error).Select(finding => finding.Line)
        );
        if (head.State.Sets.Length < atLeast)
        {
            faults.Add($"{head.State.Sets.Length} sets, not {atLeast}");
        }

        return faults;
    }

    /// <summary>What an undisturbed backup and a disturbed one have in common: roots with their files, the proof, the
    /// dump's rows.</summary>
    public async Task<string> DescribeNewestAsync(CancellationToken cancellationToken) =>
        _newest ??= await DescribeAsync(cancellationToken);

    public async Task<string> NewestSetAsync(CancellationToken cancellationToken)
    {
        await using BackupRepository repository = await OpenAsync(cancellationToken);
        return (await repository.Log.ReadAsync(cancellationToken)).State.Sets[^1].Id.ToString();
    }

    private IReadOnlyDictionary<string, byte[]> Blobs => blobs;

    private async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        await using BackupRepository repository = await OpenAsync(cancellationToken);
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        SetManifest set = await repository.Log.ReadManifestAsync(head.State.Sets[^1], cancellationToken);
        IChunkSource chunks = repository.CreateReader(
            await repository.LoadIndexAsync(head.State, cancellationToken),
            run: null
        );
        var text = new StringWriter();
        foreach (RootStamp root in set.Roots)
        {
            text.WriteLine(
                $"{root.Name}: {root.Files} files, {root.Directories} directories, {root.Bytes} bytes, {root.RequiredFiles} required"
            );
            await foreach (ListingEntry entry in new ListingReader(chunks, root.Listing).ReadAsync(cancellationToken))
            {
                text.WriteLine(
                    $"  {TreePath.Display(entry.Path)} {entry.Flags} {entry.Mode} {entry.MtimeNs} {entry.Length} {string.Join(' ', entry.Content?.Chunks ?? [])}"
                );
            }
        }

        text.WriteLine(
            $"consistent {set.Consistency.Consistent}, required {set.Consistency.Required}, missing {set.Consistency.Missing}"
        );
        text.WriteLine($"dump of {string.Join(", ", set.Database!.Rows.Select(row => $"{row.Key} {row.Value}"))}");
        return text.ToString();
    }

    private async Task<BackupRepository> OpenAsync(CancellationToken cancellationToken)
    {
        var store = new MemoryBlobStore();
        await CopyAsync(store, cancellationToken);
        return await BackupRepository.OpenAsync(
            store,
            new RepositoryAccess("none", null, cache, TimeProvider.System),
            cancellationToken
        );
    }
}
