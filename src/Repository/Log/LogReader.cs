using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository;

/// <summary>An entry with the SHA-256 of its blob.</summary>
internal sealed record StoredEntry(LogEntry Entry, string Sha256);

/// <summary>What stands at a sequence.</summary>
/// <param name="Exists">Whether there is a blob.</param>
/// <param name="Stored">The entry; null where there is none, or where the blob does not authenticate.</param>
/// <param name="Alarm">Why the blob does not authenticate.</param>
internal readonly record struct EntryProbe(bool Exists, StoredEntry? Stored, string? Alarm);

/// <summary>Reads single entries of the log.</summary>
internal sealed class LogReader(IBlobStore blobs, IObjectSealer sealer)
{
    private const int UsualBytes = 64 * 1024;
    private const int MaxBytes = 128 * 1024 * 1024;
    private const int VersionOffset = 4;
    private const byte Version = 1;

    /// <summary>
    /// Reads what stands at a sequence. A blob that does not authenticate is an alarm, not an error: whoever may write to the store could put it there.
    /// One of a newer format version stops. It is read a second time first: an answer that was cut on its way must never let a good entry be passed over, because
    /// the next entry would then be chained to the one before it.
    /// </summary>
    public async Task<EntryProbe> ProbeAsync(long sequence, CancellationToken cancellationToken)
    {
        EntryProbe probe = await ProbeOnceAsync(sequence, cancellationToken);
        return probe.Alarm is null ? probe : await ProbeOnceAsync(sequence, cancellationToken);
    }

    private async Task<EntryProbe> ProbeOnceAsync(long sequence, CancellationToken cancellationToken)
    {
        string name = LogNames.BlobName(sequence);
        if (await ReadBlobAsync(name, cancellationToken) is not { } blob)
        {
            return default;
        }

        if (blob.Length > VersionOffset && blob.AsSpan(0, VersionOffset).SequenceEqual("ABF1"u8) && blob[VersionOffset] > Version)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"The repository at {blobs.Location} has log entries of format version {blob[VersionOffset]}; this program reads version {Version}. Use a newer version of abf.");
        }

        byte[] plain;
        try
        {
            plain = sealer.Open(ObjectType.LogEntry, name, blob);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return new EntryProbe(true, null, $"Log entry {sequence} ({name}) was skipped: {exception.Message}");
        }

        return new EntryProbe(true, new StoredEntry(LogJson.Read(plain, sequence), Hash(blob)), null);
    }

    public static string Hash(ReadOnlySpan<byte> blob) => Convert.ToHexStringLower(SHA256.HashData(blob));

    /// <summary>Most entries come with one request; a long one needs two more. A blob longer than any entry may be is cut: it does not authenticate.</summary>
    private async Task<byte[]?> ReadBlobAsync(string name, CancellationToken cancellationToken)
    {
        byte[] head = new byte[UsualBytes];
        int? read = await blobs.ReadAsync(name, 0, head, cancellationToken);
        if (read is null or < UsualBytes)
        {
            return read is { } length ? head[..length] : null;
        }

        BlobProperties? properties = await blobs.GetPropertiesAsync(name, cancellationToken);
        byte[] blob = new byte[Math.Min(properties?.Length ?? UsualBytes, MaxBytes)];
        int? whole = await blobs.ReadAsync(name, 0, blob, cancellationToken);
        return whole is null ? null : blob[..whole.Value];
    }
}
