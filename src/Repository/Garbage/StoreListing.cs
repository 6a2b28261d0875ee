using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>What lies in the store, by one listing of each kind. Some 100 bytes of memory a blob.</summary>
internal sealed class StoreListing
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _runs = new(StringComparer.Ordinal);

    /// <summary>Lengths of the packs.</summary>
    public Dictionary<PackId, long> Packs { get; } = [];

    /// <summary>Lengths of the index blobs.</summary>
    public Dictionary<ChunkIndexId, long> Indexes { get; } = [];

    /// <summary>When each pack was stored, by the store's clock.</summary>
    public Dictionary<PackId, DateTimeOffset> Stored { get; } = [];

    /// <summary>Until when the store keeps a blob, of those of which it says so.</summary>
    public Dictionary<string, DateTimeOffset> KeptUntil { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// When the newest pack, index blob or page was stored, by the store's clock: it is later than this now.
    /// </summary>
    public DateTimeOffset Newest { get; private set; }

    /// <summary>Numbers of the configs.</summary>
    public List<int> Configs { get; } = [];

    /// <summary>Packs that a run has stored, by its receipts.</summary>
    public Dictionary<PackId, RunId> Receipts { get; } = [];

    /// <summary>The listings are taken side by side: each is a wait on the store, and none needs another.</summary>
    public static async Task<StoreListing> ReadAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        StoreListing listing = new();
        await Task.WhenAll(
            ReadEachAsync(PackId.Prefix, listing.AddPack),
            ReadEachAsync(ChunkIndexId.Prefix, listing.AddIndex),
            ReadEachAsync(RunNames.Root, listing.AddRunBlob),
            ReadEachAsync(ConfigFile.Prefix, listing.AddConfig)
        );
        return listing;

        async Task ReadEachAsync(string prefix, Action<BlobItem> add)
        {
            await foreach (BlobItem item in blobs.ListKeptAsync(prefix, cancellationToken))
            {
                lock (listing._gate)
                {
                    add(item);
                }
            }
        }
    }

    /// <summary>
    /// Until when the store keeps a blob that it would not delete now; null where it may, or does not say.
    /// </summary>
    /// <param name="now">By this host's clock, which may be wrong: the store's own dates count as well.</param>
    public DateTimeOffset? KeptNow(string name, DateTimeOffset now) =>
        KeptUntil.TryGetValue(name, out DateTimeOffset until) && until > now && until > Newest ? until : null;

    private void Note(BlobItem item)
    {
        Newest = item.Created > Newest ? item.Created : Newest;
        if (item.KeptUntil is { } until)
        {
            KeptUntil[item.Name] = until;
        }
    }

    public bool IsWhole(PackEntry pack) => Packs.TryGetValue(pack.Id, out long length) && length == pack.Length;

    /// <summary>Pages and receipts of runs, with their lengths.</summary>
    public IEnumerable<(RunId Run, string Name, long Length)> RunBlobs()
    {
        foreach ((string name, long length) in _runs)
        {
            if (TryParseRun(name, out RunId run))
            {
                yield return (run, name, length);
            }
        }
    }

    private void AddPack(BlobItem item)
    {
        Note(item);
        if (PackId.TryParseBlobName(item.Name, out PackId id))
        {
            Packs[id] = item.Length;
            Stored[id] = item.Created;
        }
    }

    private void AddIndex(BlobItem item)
    {
        Note(item);
        if (ChunkIndexId.TryParseBlobName(item.Name, out ChunkIndexId id))
        {
            Indexes[id] = item.Length;
        }
    }

    private void AddConfig(BlobItem item)
    {
        if (ConfigFile.TryParseName(item.Name, out int number))
        {
            Note(item);
            Configs.Add(number);
        }
    }

    private void AddRunBlob(BlobItem item)
    {
        Note(item);
        if (!TryParseRun(item.Name, out RunId run))
        {
            return;
        }

        _runs[item.Name] = item.Length;
        string receipts = RunNames.Prefix(run) + RunNames.Packs;
        if (
            item.Name.StartsWith(receipts, StringComparison.Ordinal)
            && PackId.TryParse(item.Name.AsSpan(receipts.Length), out PackId pack)
        )
        {
            Receipts[pack] = run;
        }
    }

    private static bool TryParseRun(string name, out RunId run)
    {
        int end = name.IndexOf('/', RunNames.Root.Length);
        run = default;
        return end > 0 && RunId.TryParse(name[RunNames.Root.Length..end], out run);
    }
}
