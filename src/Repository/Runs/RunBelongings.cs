using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// What a run has stored, as its receipts and pages tell. A pack has a receipt, or stands in a page; packs of rows in the
/// index blobs of a page have receipts.
/// </summary>
/// <param name="Own">Names of the pages and receipts themselves, and of what else lies beneath the run's prefix.</param>
internal sealed record RunBelongings(
    IReadOnlyList<string> Own,
    IReadOnlySet<PackId> Packs,
    IReadOnlySet<ChunkIndexId> Indexes
)
{
    /// <summary>Reads every page. What a damaged one names is left out.</summary>
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
            try
            {
                if (await RunPages.TryReadAsync(blobs, page, cancellationToken) is { } content)
                {
                    packs.UnionWith(content.Rows.Packs.ToArray().Select(entry => entry.Id));
                    indexes.UnionWith(content.Indexes.Select(index => index.Id));
                }
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                // Damaged: nothing is lost with it that anybody needs.
            }
        }

        return new RunBelongings(own, packs, indexes);
    }
}
