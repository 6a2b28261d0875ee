using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Runs;

/// <summary>
/// Where the chunks are that an unfinished run has stored so far: the rows of its pages, and of the receipts of
/// attempts that did not get as far as a page. Thread-safe.
/// </summary>
public sealed class RunChunkIndex : IDisposable
{
    private const int Requests = 16;

    /// <summary>The chunks of one pack take much less. What is longer is passed over as damage is.</summary>
    private const int MaxReceiptLength = 8 << 20;

    /// <summary>Bytes of pages that are kept, each and together.</summary>
    private const int MaxHeldPage = 64 << 10;
    private const int MaxHeld = 4 << 20;

    private readonly SealedBlobs _blobs;
    private readonly RunRows _rows;
    private readonly Lock _gate = new();
    private readonly HashSet<PackId> _packs = [];

    /// <summary>Pages that are there; null for those that are read again when they are wanted.</summary>
    private readonly Dictionary<string, PageContent?> _pages = new(StringComparer.Ordinal);
    private int _held;

    internal RunChunkIndex(SealedBlobs blobs, RunId run, string cacheDirectory)
    {
        _blobs = blobs;
        Run = run;
        _rows = new RunRows(cacheDirectory);
    }

    public RunId Run { get; }

    /// <summary>
    /// Reads the pages and receipts that are there and were not read before, such as those of another process. A
    /// receipt that does not authenticate is passed over: its pack is uploaded again.
    /// </summary>
    /// <returns>Whether anything was new.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        string prefix = RunNames.Prefix(Run);
        List<string> pages = [];
        List<PackId> receipts = [];
        await foreach (BlobItem item in _blobs.Store.ListAsync(prefix, cancellationToken))
        {
            string rest = item.Name[prefix.Length..];
            if (rest.StartsWith(RunNames.Packs, StringComparison.Ordinal))
            {
                if (PackId.TryParse(rest.AsSpan(RunNames.Packs.Length), out PackId pack))
                {
                    receipts.Add(pack);
                }
            }
            else if (RunNames.IsPage(rest))
            {
                pages.Add(item.Name);
            }
        }

        // A page may name a few rows of a pack that it did not write, so receipts are read whatever the pages say.
        lock (_gate)
        {
            pages.RemoveAll(_pages.ContainsKey);
            receipts.RemoveAll(_packs.Contains);
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = Requests, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(pages, options, ReadPageAsync);
        await Parallel.ForEachAsync(receipts, options, AddReceiptAsync);
        return pages.Count + receipts.Count > 0;
    }

    public void Dispose() => _rows.Dispose();

    /// <summary>Whether the page is there, as far as this process has seen.</summary>
    public bool KnowsPage(string page)
    {
        lock (_gate)
        {
            return _pages.ContainsKey(RunNames.Page(Run, page));
        }
    }

    /// <summary>The result of a page that is kept in memory; null of any other.</summary>
    public T? TryGetPage<T>(string page, JsonTypeInfo<T> type)
        where T : class => TryGetPage(RunNames.Page(Run, page))?.Result(type);

    internal PageContent? TryGetPage(string blobName)
    {
        lock (_gate)
        {
            return _pages.GetValueOrDefault(blobName);
        }
    }

    /// <summary>Names of the blobs of the pages that this process knows of.</summary>
    internal IReadOnlyList<string> KnownPages
    {
        get
        {
            lock (_gate)
            {
                return [.. _pages.Keys];
            }
        }
    }

    internal bool TryFind(ChunkId id, out ChunkPlace place) => _rows.TryFind(id, out place);

    /// <summary>Rows of a pack that is stored, receipt included.</summary>
    internal void AddPack(PackId pack, IEnumerable<ChunkPlace> places)
    {
        _rows.Add(places);
        lock (_gate)
        {
            _packs.Add(pack);
        }
    }

    /// <summary>All rows of a page, those of the index blobs that it names included.</summary>
    internal async Task AddPageAsync(PageContent page, CancellationToken cancellationToken)
    {
        foreach (ChunkIndexBlob index in page.Indexes)
        {
            (ChunkIndexTable rows, _) = await ChunkIndexBlobs.ReadAsync(_blobs, index, cancellationToken);
            _rows.Add(rows.Places);
        }

        _rows.Add(page.Rows.Places);
        AddOwnPage(page);
    }

    /// <summary>A page whose rows are known from its packs.</summary>
    internal void AddOwnPage(PageContent page)
    {
        lock (_gate)
        {
            bool holds = page.Length <= MaxHeldPage && _held + page.Length <= MaxHeld;
            if (_pages.TryAdd(page.BlobName, holds ? page : null) && holds)
            {
                _held += page.Length;
            }
        }
    }

    private async ValueTask ReadPageAsync(string page, CancellationToken cancellationToken) =>
        await AddPageAsync(await RunPages.ReadAsync(_blobs, page, cancellationToken), cancellationToken);

    private async ValueTask AddReceiptAsync(PackId pack, CancellationToken cancellationToken)
    {
        ChunkIndexTable? table = await TryReadReceiptAsync(pack, cancellationToken);
        AddPack(pack, table?.Places ?? []);
    }

    private async Task<ChunkIndexTable?> TryReadReceiptAsync(PackId pack, CancellationToken cancellationToken)
    {
        string name = RunNames.Receipt(Run, pack);
        try
        {
            OpenedBlob? blob = await _blobs.TryReadAsync(ObjectType.Receipt, name, cancellationToken, MaxReceiptLength);
            if (blob is null)
            {
                return null;
            }

            ChunkIndexTable table = ChunkIndexTable.Decode(blob.Plain, name);
            return table.Packs.Length == 1 && table.Packs[0].Id == pack
                ? table
                : throw Damage.In(name, "a receipt has one pack, its own");
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // A receipt only saves an upload; without it the chunks are stored once more.
            return null;
        }
    }
}
