using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>
/// Copies what one store has and another lacks, as bytes, many at once. Nothing is ever replaced.
/// </summary>
internal sealed class BlobCopier(IBlobStore source, IBlobStore target, MirrorOptions options, TimeProvider time)
    : IDisposable
{
    private const int Parallelism = 16;

    private readonly WriteOnce _writer = new(target, time);
    private readonly CopyMemory _memory = new();
    private readonly Lock _gate = new();
    private readonly SortedSet<string> _different = new(StringComparer.Ordinal);

    public long CopiedBlobs { get; private set; }

    public long CopiedBytes { get; private set; }

    public long CheckedBlobs { get; private set; }

    public long ExtraBlobs { get; private set; }

    public long ExtraBytes { get; private set; }

    public long UnfitBlobs { get; private set; }

    /// <summary>Names whose bytes are others in the target.</summary>
    public long DifferentBlobs => _different.Count;

    /// <summary>Something that was listed was not there any more: the source is pruned at the same time.</summary>
    public bool Vanished { get; private set; }

    public bool IsTimeUp { get; private set; }

    public ImmutableArray<string> Different() => [.. _different.Take(MirrorReport.MaxNames)];

    /// <summary>A pass begins anew: what it sees is counted again, what was copied stays counted.</summary>
    /// <param name="unfit">Log entries that are not copied.</param>
    public void Restart(long unfit) => (ExtraBlobs, ExtraBytes, UnfitBlobs, Vanished) = (0, 0, unfit, false);

    /// <param name="names">Which blobs.</param>
    /// <param name="checks">Those that both have are compared by their hashes.</param>
    public Task CopyAsync(MirroredNames names, bool checks, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            names.MergeAsync(source, target, cancellationToken).TakeWhile(_ => !IsTimeUp),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (pair, token) => await HandleAsync(names, pair.Source, pair.Target, checks, token)
        );

    /// <summary>Compares blobs that both have by their hashes.</summary>
    public Task CheckAllAsync(
        IEnumerable<(BlobItem Source, BlobItem Target)> pairs,
        CancellationToken cancellationToken
    ) =>
        Parallel.ForEachAsync(
            pairs,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (pair, token) => await CheckAsync(pair.Source, pair.Target, token)
        );

    /// <summary>Copies blobs that the target lacks, in any order.</summary>
    public Task CopyAllAsync(IEnumerable<BlobItem> items, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (item, token) => await CopyOneAsync(item, readsBack: false, token)
        );

    /// <summary>Copies one blob that the target lacks.</summary>
    /// <param name="readsBack">The bytes are read back from the target.</param>
    /// <returns>False: something else stands there, or the source has it no more.</returns>
    public async Task<bool> CopyOneAsync(BlobItem item, bool readsBack, CancellationToken cancellationToken)
    {
        if (!options.IsDryRun)
        {
            using CopyMemory.Room room = await _memory.RentAsync((int)item.Length, cancellationToken);
            if (await source.ReadAsync(item.Name, 0, room.Memory, cancellationToken) is not { } read)
            {
                Vanished = true;
                return false;
            }

            if (read != item.Length)
            {
                throw new TransientException(
                    ErrorKind.Storage,
                    $"{source.Location} says that '{item.Name}' has {item.Length} bytes and gives {read}. Try again."
                );
            }

            bool holds = readsBack
                ? await _writer.TryPutAsync(item.Name, room.Memory, cancellationToken)
                : await _writer.CreateAsync(item.Name, room.Memory, cancellationToken) == PutOutcome.Created
                    || await _writer.EqualsStoredAsync(item.Name, room.Memory, cancellationToken);
            if (!holds)
            {
                Note(item.Name);
                return false;
            }
        }

        lock (_gate)
        {
            CopiedBlobs++;
            CopiedBytes += item.Length;
            options.OnCopied?.Invoke(CopiedBlobs, CopiedBytes);
        }

        return true;
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Each call copies something, however long the listings take.</summary>
    private bool EndsNow() => IsTimeUp || (IsTimeUp = CopiedBlobs > 0 && options.IsTimeUp?.Invoke() is true);

    private async ValueTask HandleAsync(
        MirroredNames names,
        BlobItem? one,
        BlobItem? other,
        bool checks,
        CancellationToken cancellationToken
    )
    {
        if (one is null)
        {
            lock (_gate)
            {
                ExtraBlobs++;
                ExtraBytes += other!.Length;
            }
        }
        else if (one.Length > names.MaxLength)
        {
            lock (_gate)
            {
                UnfitBlobs++;
            }
        }
        else if (other is null)
        {
            if (EndsNow())
            {
                return;
            }

            await CopyOneAsync(one, readsBack: false, cancellationToken);
        }
        else if (one.Length != other.Length)
        {
            Note(one.Name);
        }
        else if (checks)
        {
            await CheckAsync(one, other, cancellationToken);
        }
    }

    private async Task CheckAsync(BlobItem one, BlobItem other, CancellationToken cancellationToken)
    {
        switch (await BlobComparison.AreSameAsync(source, one, target, other, cancellationToken))
        {
            case null:
                Vanished = true;
                return;
            case false:
                Note(one.Name);
                break;
        }

        lock (_gate)
        {
            CheckedBlobs++;
        }
    }

    private void Note(string name)
    {
        lock (_gate)
        {
            _different.Add(name);
        }
    }
}
