using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Blobs;

/// <summary>Reads blobs that are parsed as a whole, within a bound.</summary>
internal static class WholeBlob
{
    private const int UsualLength = 64 << 10;

    /// <summary>Longer than all that this program writes in the usual case.</summary>
    private const int LargeLength = 8 << 20;

    private static readonly SemaphoreSlim Large = new(1);

    /// <summary>
    /// What is made of the blob's bytes, or null where there is none. One request where it is short; a blob above
    /// <paramref name="maxLength"/> is damage. Blobs above 8 MiB are read and opened one after the other: whoever may
    /// write to the store could put many of them where many are read at once.
    /// </summary>
    public static async Task<T?> TryReadAsync<T>(
        IBlobStore blobs,
        string name,
        int maxLength,
        Func<byte[], T> open,
        CancellationToken cancellationToken
    )
        where T : class
    {
        byte[] head = new byte[Math.Min(UsualLength, maxLength + 1)];
        if (await blobs.ReadAsync(name, 0, head, cancellationToken) is not { } read)
        {
            return null;
        }

        if (read < head.Length)
        {
            return open(head[..read]);
        }

        if (await blobs.GetPropertiesAsync(name, cancellationToken) is not { } properties)
        {
            return null;
        }

        if (properties.Length > maxLength)
        {
            throw Damage.In(name, $"it has {properties.Length} bytes, and {maxLength} are the most");
        }

        if (properties.Length <= LargeLength)
        {
            return open(await ReadRestAsync(blobs, name, head, (int)properties.Length, cancellationToken));
        }

        await Large.WaitAsync(cancellationToken);
        try
        {
            return open(await ReadRestAsync(blobs, name, head, (int)properties.Length, cancellationToken));
        }
        finally
        {
            Large.Release();
        }
    }

    private static async Task<byte[]> ReadRestAsync(
        IBlobStore blobs,
        string name,
        ReadOnlyMemory<byte> head,
        int length,
        CancellationToken cancellationToken
    )
    {
        byte[] blob = new byte[length];
        int read = Math.Min(head.Length, length);
        head[..read].CopyTo(blob);
        int rest = await blobs.ReadAsync(name, read, blob.AsMemory(read), cancellationToken) ?? 0;
        return read + rest == length ? blob : throw Damage.In(name, "it became shorter while it was read");
    }
}
