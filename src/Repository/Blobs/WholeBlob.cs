using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Blobs;

/// <summary>Reads blobs that are parsed as a whole, within a bound.</summary>
internal static class WholeBlob
{
    private const int UsualLength = 64 << 10;

    /// <summary>
    /// What is made of the blob's bytes, or null where there is none. One request where it is short; a blob above
    /// <paramref name="maxLength"/> is damage. Large blobs are read and opened one after the other
    /// (<see cref="BlobMemory"/>).
    /// </summary>
    /// <param name="open">May write to the bytes, and keeps none of them.</param>
    public static async Task<T?> TryReadAsync<T>(
        IBlobStore blobs,
        string name,
        int maxLength,
        Func<Memory<byte>, T> open,
        CancellationToken cancellationToken
    )
        where T : class
    {
        byte[] head = new byte[Math.Min(UsualLength, maxLength + 1)];
        if (await blobs.ReadAsync(name, 0, head, cancellationToken) is not { } first)
        {
            return null;
        }

        if (first < head.Length)
        {
            return open(head.AsMemory(0, first));
        }

        if (await blobs.GetPropertiesAsync(name, cancellationToken) is not { } properties)
        {
            return null;
        }

        if (properties.Length > maxLength)
        {
            throw Damage.In(name, $"it has {properties.Length} bytes, and {maxLength} are the most");
        }

        using BlobMemory memory = await BlobMemory.RentAsync((int)properties.Length, cancellationToken);
        Memory<byte> blob = memory.Memory;
        int read = Math.Min(head.Length, blob.Length);
        head.AsSpan(0, read).CopyTo(blob.Span);
        int rest = await blobs.ReadAsync(name, read, blob[read..], cancellationToken) ?? 0;
        return read + rest == blob.Length ? open(blob) : throw Damage.In(name, "it became shorter while it was read");
    }
}
