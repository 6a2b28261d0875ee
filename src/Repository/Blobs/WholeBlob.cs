using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Blobs;

/// <summary>Reads blobs that are parsed as a whole, within a bound.</summary>
internal static class WholeBlob
{
    private const int UsualLength = 64 << 10;

    /// <summary>
    /// The blob's bytes, or null where there is none. One request where it is short; a blob above
    /// <paramref name="maxLength"/> is damage.
    /// </summary>
    public static async Task<byte[]?> TryReadAsync(
        IBlobStore blobs,
        string name,
        int maxLength,
        CancellationToken cancellationToken
    )
    {
        byte[] head = new byte[Math.Min(UsualLength, maxLength + 1)];
        if (await blobs.ReadAsync(name, 0, head, cancellationToken) is not { } read)
        {
            return null;
        }

        if (read < head.Length)
        {
            return head[..read];
        }

        if (await blobs.GetPropertiesAsync(name, cancellationToken) is not { } properties)
        {
            return null;
        }

        if (properties.Length > maxLength)
        {
            throw Damage.In(name, $"it has {properties.Length} bytes, and {maxLength} are the most");
        }

        byte[] blob = new byte[properties.Length];
        head.AsSpan(0, Math.Min(read, blob.Length)).CopyTo(blob);
        Memory<byte> tail = blob.AsMemory(Math.Min(read, blob.Length));
        int rest = await blobs.ReadAsync(name, read, tail, cancellationToken) ?? 0;
        return read + rest == blob.Length ? blob : throw Damage.In(name, "it became shorter while it was read");
    }

    /// <summary>As <see cref="TryReadAsync"/>; a blob that is not there is <see cref="Damage.Missing"/>.</summary>
    public static async Task<byte[]> ReadAsync(
        IBlobStore blobs,
        string name,
        int maxLength,
        CancellationToken cancellationToken
    ) => await TryReadAsync(blobs, name, maxLength, cancellationToken) ?? throw Damage.Missing(name);
}
