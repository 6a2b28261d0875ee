using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>Streams of a repository: the whole of them is one chunk.</summary>
internal static class StreamTargets
{
    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("listing", bytes => Drain(new ListingReader(new OneChunk(bytes), Of(bytes)).ReadAsync(default))),
        new("findings-list", bytes => Drain(FindingsList.ReadAsync(new OneChunk(bytes), Of(bytes), default))),
        new("catalogue-table", bytes => Drain(CatalogueTable.ReadAsync(new OneChunk(bytes), Of(bytes), default))),
        new("required-list", bytes => Drain(new RequiredListReader(new OneChunk(bytes), Of(bytes)).ReadAsync(default))),
    ];

    private static ContentRef Of(byte[] bytes) => new(bytes.Length, 0, [default]);

    /// <summary>Nothing waits: what is measured happens on this thread.</summary>
    private static void Drain<T>(IAsyncEnumerable<T> items) => DrainAsync(items).GetAwaiter().GetResult();

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (T item in items)
        {
            _ = item;
        }
    }

    /// <summary>The stream's bytes, and as every segment that it names, too.</summary>
    private sealed class OneChunk(byte[] bytes) : IChunkSource
    {
        public ValueTask<byte[]> ReadChunkAsync(
            ChunkId id,
            ChunkClass chunkClass,
            CancellationToken cancellationToken
        ) =>
            id == default
                ? ValueTask.FromResult(bytes)
                : throw new PermanentException(ErrorKind.Repository, "there is no such chunk");

        public ValueTask<IReadOnlyList<int>> ReadManyAsync(
            IReadOnlyList<ChunkId> ids,
            ChunkClass chunkClass,
            Action<int, ReadOnlySpan<byte>> take,
            CancellationToken cancellationToken
        ) => ValueTask.FromResult<IReadOnlyList<int>>([.. Enumerable.Range(0, ids.Count)]);

        public Stream OpenRead(ContentRef content, ChunkClass chunkClass) => new MemoryStream(bytes, writable: false);
    }
}
