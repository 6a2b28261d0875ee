using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>An entry with the SHA-256 of its blob.</summary>
/// <param name="Length">Bytes of the blob.</param>
internal sealed record StoredEntry(LogEntry Entry, string Sha256, int Length);

/// <summary>What stands at a sequence.</summary>
/// <param name="Exists">Whether there is a blob.</param>
/// <param name="Stored">The entry; null where there is none, or where the blob does not authenticate.</param>
/// <param name="Alarm">Why the blob does not authenticate.</param>
internal readonly record struct EntryProbe(bool Exists, StoredEntry? Stored, string? Alarm);

/// <summary>Reads single entries of the log.</summary>
/// <param name="cache">What this machine has seen of it; null where all is to be read from the store.</param>
internal sealed class LogReader(SealedBlobs blobs, LogCache? cache = null)
{
    private const int UsualBytes = 64 * 1024;
    private const int MaxBytes = ObjectCipher.MaxBlobLength;

    /// <summary>As many as lie between two that carry the state.</summary>
    private const int MaxKnown = 64;

    private readonly Lock _gate = new();
    private readonly SortedList<long, StoredEntry> _known = [];

    /// <summary>
    /// What an entry says, which never changes: as it was read here, or else from the store. Nothing is said about
    /// whether it is still there.
    /// </summary>
    public async Task<EntryProbe> RecallAsync(long sequence, CancellationToken cancellationToken) =>
        Recall(sequence) is { } known
            ? new EntryProbe(true, known, null)
            : await ProbeAsync(sequence, cancellationToken);

    /// <summary>Whether this machine has seen entries earlier that need not be read again.</summary>
    public bool HasCache => cache is not null;

    /// <summary>Whether this machine has seen an entry with this sequence, whatever it was.</summary>
    public bool HasSeen(long sequence) => Recall(sequence) is not null || cache?.Has(sequence) == true;

    /// <summary>
    /// The entry with this hash as it was read here, or earlier on this machine; null of any other. Nothing is said about
    /// whether it is still there.
    /// </summary>
    public StoredEntry? Recall(long sequence, string sha256)
    {
        StoredEntry? known = Recall(sequence);
        if (known is null && cache?.TryRead(sequence, sha256) is { } blob)
        {
            known = Open(blob, LogNames.BlobName(sequence), sequence).Stored;
        }

        return known?.Sha256 == sha256 ? known : null;
    }

    /// <summary>Remembers on this machine what was just written.</summary>
    public void KeepWritten(long sequence, string sha256, ReadOnlySpan<byte> blob) =>
        cache?.Keep(sequence, sha256, blob);

    /// <summary>An entry that was read here; null of any other.</summary>
    public StoredEntry? Recall(long sequence)
    {
        lock (_gate)
        {
            return _known.GetValueOrDefault(sequence);
        }
    }

    /// <summary>
    /// Reads what stands at a sequence. A blob that does not authenticate, read twice, is an alarm, not an error:
    /// whoever may write to the store could put it there. One of a newer format stops.
    /// </summary>
    public async Task<EntryProbe> ProbeAsync(long sequence, CancellationToken cancellationToken)
    {
        string name = LogNames.BlobName(sequence);
        byte[]? usual = await ReadUsualAsync(name, cancellationToken);
        if (usual is null)
        {
            return default;
        }

        if (usual.Length < UsualBytes && Open(usual, name, sequence) is { Stored: not null } probe)
        {
            return probe;
        }

        // A writer that takes a valid entry for junk would fork the log: so the judgement rests on a second read, whose
        // length the store itself confirms.
        if (await blobs.Store.GetPropertiesAsync(name, cancellationToken) is not { } properties)
        {
            return default;
        }

        if (properties.Length > MaxBytes)
        {
            return new EntryProbe(
                true,
                null,
                Skipped(sequence, name, $"It has {properties.Length} bytes, and {MaxBytes} are the most.")
            );
        }

        using BlobMemory memory = await BlobMemory.RentAsync((int)properties.Length, cancellationToken);
        Memory<byte> blob = memory.Memory;
        if (await blobs.Store.ReadAsync(name, 0, blob, cancellationToken) != blob.Length)
        {
            throw new TransientException(
                ErrorKind.Storage,
                $"{blobs.Store.Location} says that '{name}' has {blob.Length} bytes and does not give them. Try again."
            );
        }

        string? newer = blobs.Cipher.NewerThanThis(ObjectType.LogEntry, blob.Span);
        if (newer is not null && await blobs.LookForKeysAsync(cancellationToken))
        {
            newer = blobs.Cipher.NewerThanThis(ObjectType.LogEntry, blob.Span);
        }

        return newer is null
            ? Open(blob, name, sequence)
            : throw new PermanentException(
                ErrorKind.Repository,
                $"Log entry {sequence} ({name}) of the repository at {blobs.Store.Location} {newer}"
            );
    }

    public static string Hash(ReadOnlySpan<byte> blob) => Convert.ToHexStringLower(SHA256.HashData(blob));

    private EntryProbe Open(Memory<byte> blob, string name, long sequence)
    {
        byte[] plain;
        try
        {
            plain = blobs.Cipher.OpenInPlace(ObjectType.LogEntry, name, blob.Span, restores: true);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return new EntryProbe(true, null, Skipped(sequence, name, exception.Message));
        }

        StoredEntry stored = new(LogJson.Read(plain, sequence), Hash(blob.Span), blob.Length);
        Keep(stored);
        cache?.Keep(sequence, stored.Sha256, blob.Span);
        return new EntryProbe(true, stored, null);
    }

    private void Keep(StoredEntry stored)
    {
        lock (_gate)
        {
            _known[stored.Entry.Sequence] = stored;
            if (_known.Count > MaxKnown)
            {
                _known.RemoveAt(0);
            }
        }
    }

    private static string Skipped(long sequence, string name, string why) =>
        $"Log entry {sequence} ({name}) was skipped: {why}";

    /// <summary>The first bytes, which are all of most entries; null where there is no blob.</summary>
    private async Task<byte[]?> ReadUsualAsync(string name, CancellationToken cancellationToken)
    {
        byte[] head = new byte[UsualBytes];
        return await blobs.Store.ReadAsync(name, 0, head, cancellationToken) is { } read ? head[..read] : null;
    }
}
