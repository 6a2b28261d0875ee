using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>An entry of a listing with its bytes, as far as they are at hand.</summary>
/// <param name="Content">All bytes of a file of one chunk, checked; empty for others.</param>
/// <param name="Why">Why the file is lost; null where it is not, as far as that is known.</param>
internal sealed record ReadEntry(ListingEntry Entry, ReadOnlyMemory<byte> Content, string? Why)
{
    /// <summary>A file of several chunks, which is read while it is written.</summary>
    public bool IsLong => Entry.Content is { Length: > 0 } && Content.IsEmpty && Why is null;
}

/// <summary>
/// Reads the files of a root in the order of its listing. Those of one chunk come in batches, whose chunks are read
/// together, in the order of the packs; the next batch is read while one is written. What an entry holds is gone when the
/// next one is asked for.
/// </summary>
internal sealed class ReadEntries(IChunkSource chunks, ChunkClass chunkClass)
{
    private const long MaxBytes = 8 << 20;
    private const int MaxEntries = 4096;

    public async IAsyncEnumerable<ReadEntry> ReadAsync(
        IAsyncEnumerable<ListingEntry> entries,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<Batch>(
            new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true }
        );
        Task reading = ReadBatchesAsync(entries, batches.Writer, stop.Token);
        try
        {
            await foreach (Batch batch in batches.Reader.ReadAllAsync(cancellationToken))
            {
                foreach (ReadEntry entry in batch.Entries)
                {
                    yield return entry;
                }

                ArrayPool<byte>.Shared.Return(batch.Bytes);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadBatchesAsync(
        IAsyncEnumerable<ListingEntry> entries,
        ChannelWriter<Batch> batches,
        CancellationToken cancellationToken
    )
    {
        Exception? fault = null;
        try
        {
            List<ListingEntry> batch = [];
            long bytes = 0;
            await foreach (ListingEntry entry in entries.WithCancellation(cancellationToken))
            {
                long length = IsShort(entry) ? entry.Length : 0;
                if (batch.Count == MaxEntries || (batch.Count > 0 && bytes + length > MaxBytes))
                {
                    await batches.WriteAsync(await ReadBatchAsync(batch, cancellationToken), cancellationToken);
                    (batch, bytes) = ([], 0);
                }

                batch.Add(entry);
                bytes += length;
            }

            await batches.WriteAsync(await ReadBatchAsync(batch, cancellationToken), cancellationToken);
        }
#pragma warning disable CA1031 // Whoever reads the batches gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
        }

        batches.Complete(fault);
    }

    private async Task<Batch> ReadBatchAsync(List<ListingEntry> batch, CancellationToken cancellationToken)
    {
        var result = batch.Select(static entry => new ReadEntry(entry, default, Why: null)).ToArray();
        int[] small = [.. Enumerable.Range(0, batch.Count).Where(number => IsShort(batch[number]))];
        byte[] bytes = ArrayPool<byte>.Shared.Rent((int)Math.Max(1, small.Sum(number => batch[number].Length)));
        int length = 0;
        await chunks.ReadManyAsync(
            [.. small.Select(number => batch[number].Content!.Chunks[0])],
            chunkClass,
            (at, content) =>
            {
                if (content.Length == batch[small[at]].Length)
                {
                    content.CopyTo(bytes.AsSpan(length));
                    result[small[at]] = result[small[at]] with { Content = bytes.AsMemory(length, content.Length) };
                    length += content.Length;
                }
            },
            cancellationToken
        );
        foreach (int number in small.Where(number => result[number].Content.IsEmpty).ToArray())
        {
            result[number] = await ReadAloneAsync(batch[number], cancellationToken);
        }

        return new Batch(bytes, result);
    }

    private async Task<ReadEntry> ReadAloneAsync(ListingEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            byte[] content = await chunks.ReadChunkAsync(entry.Content!.Chunks[0], chunkClass, cancellationToken);
            return content.Length == entry.Length
                ? new ReadEntry(entry, content, Why: null)
                : new ReadEntry(entry, default, "its chunk has another length than the listing says");
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            return new ReadEntry(entry, default, Damage.WithoutAdvice(e.Message));
        }
    }

    private static bool IsShort(ListingEntry entry) => entry.Content is { Depth: 0, Chunks.Length: 1 };

    /// <param name="Bytes">Rented; what the entries hold lies in it, but for those that were read alone.</param>
    private sealed record Batch(byte[] Bytes, IReadOnlyList<ReadEntry> Entries);
}
