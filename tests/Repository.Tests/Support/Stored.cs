using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

internal static class Stored
{
    /// <summary>All bytes of a blob that is there.</summary>
    public static async Task<byte[]> BytesAsync(IBlobStore blobs, string name) =>
        (await WholeBlob.TryReadAsync(blobs, name, 64 << 20, static bytes => bytes.ToArray(), CancellationToken.None))!;
}
