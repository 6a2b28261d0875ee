using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using BenchmarkDotNet.Attributes;

namespace AlfrescoBackupFlows.Micro;

/// <summary>A listing of 100,000 files: written, read, and its ranges joined. Chunks stay in memory.</summary>
public class ListingBenchmarks
{
    private const int Files = 100_000;

    private ListingEntry[] _entries = [];
    private SegmentRow[] _rows = [];
    private KeptChunks _chunks = new();
    private ContentRef _listing = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var owner = new FileOwner(1000, 1000, "alfresco", "alfresco");
        _entries =
        [
            .. Enumerable
                .Range(0, Files)
                .Select(number => new ListingEntry(
                    PathOf(number),
                    EntryFlags.None,
                    Convert.ToInt32("640", 8),
                    owner,
                    1_763_850_000_000_000_000 + number,
                    1_763_850_000_000_000_000 + number,
                    new ContentRef(1024, 0, [new ChunkId((UInt128)number * 7919)])
                ))
                .OrderBy(entry => entry.Path, Comparer<byte[]>.Create((a, b) => PathOrder.Compare(a, b))),
        ];
        await Write();
        await Join();
    }

    [Benchmark(Description = "encode into segments")]
    public async Task<int> Write()
    {
        _chunks = new KeptChunks();
        var writer = new ListingWriter(_chunks);
        foreach (ListingEntry entry in _entries)
        {
            await writer.AddAsync(entry, CancellationToken.None);
        }

        _rows = [.. await writer.CompleteAsync(CancellationToken.None)];
        return _rows.Length;
    }

    [Benchmark(Description = "join the rows of ranges")]
    public async Task<long> Join()
    {
        await using var root = new ListingRoot(_chunks);
        foreach (SegmentRow row in _rows)
        {
            await root.AddAsync(row, CancellationToken.None);
        }

        ListingSummary summary = await root.CompleteAsync(CancellationToken.None);
        _listing = summary.Listing;
        return summary.Files;
    }

    [Benchmark(Description = "decode all entries")]
    public async Task<long> Read()
    {
        long files = 0;
        await foreach (ListingEntry entry in new ListingReader(_chunks, _listing).ReadAsync(CancellationToken.None))
        {
            files += entry.IsDirectory ? 0 : 1;
        }

        return files;
    }

    private static byte[] PathOf(int number) =>
        Encoding.ASCII.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"2025/{1 + (number / 20 / 60 / 24 / 28)}/{1 + (number / 20 / 60 / 24 % 28)}/"
                    + $"{number / 20 / 60 % 24}/{number / 20 % 60}/{new Guid(number * 7919, 1, 2, new byte[8]):D}.bin"
            )
        );
}
