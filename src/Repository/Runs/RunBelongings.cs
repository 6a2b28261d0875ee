using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// What a run has stored, as its receipts and pages tell. A pack has a receipt, or stands in a page or in an index blob of
/// one: whoever writes a page writes no receipts.
/// </summary>
/// <param name="Own">Names of the pages and receipts themselves, and of what else lies beneath the run's prefix.</param>
internal sealed record RunBelongings(
    IReadOnlyList<string> Own,
    IReadOnlySet<PackId> Packs,
    IReadOnlySet<ChunkIndexId> Indexes
)
{
    /// <summary>Reads every page, with its index blobs. What a damaged one names is left out.</summary>
    public static async Task<RunBelongings> ReadAsync(SealedBlobs blobs, RunId run, CancellationToken cancellationToken)
    {
        string prefix = RunNames.Prefix(run);
        string receipts = prefix + RunNames.Packs;
        List<string> own = [];
        HashSet<PackId> packs = [];
        HashSet<ChunkIndexId> indexes = [];
        await foreach (string name in blobs.Store.ListAsync(prefix, cancellationToken).Select(item => item.Name))
        {
            own.Add(name);
            if (
                name.StartsWith(receipts, StringComparison.Ordinal)
                && PackId.TryParse(name.AsSpan(receipts.Length), out PackId pack)
            )
            {
                packs.Add(pack);
            }
        }

        foreach (string page in own.Where(name => !name.StartsWith(receipts, StringComparison.Ordinal)))
        {
            if (await TryAsync(() => RunPages.TryReadAsync(blobs, page, cancellationToken)) is not { } content)
            {
                continue;
            }

            Add(content.Rows);
            foreach (ChunkIndexBlob index in content.Indexes)
            {
                indexes.Add(index.Id);
                Add(
                    await TryAsync(async () => (await ChunkIndexBlobs.ReadAsync(blobs, index, cancellationToken)).Rows)
                );
            }
        }

        return new RunBelongings(own, packs, indexes);

        void Add(ChunkIndexTable? rows) =>
            packs.UnionWith(rows is null ? [] : rows.Packs.ToArray().Select(entry => entry.Id));
    }

    /// <summary>Null for what is damaged: nothing is lost with it that anybody needs.</summary>
    private static async Task<T?> TryAsync<T>(Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return null;
        }
    }
}
