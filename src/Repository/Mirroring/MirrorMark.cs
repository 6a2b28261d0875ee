using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>
/// A blob beside the repository that says that the store is a mirror: whoever else adds to its log forks it. It is a
/// help against mistakes, and not part of what makes a repository whole.
/// </summary>
public static class MirrorMark
{
    public const string BlobName = "control/mirror";

    private const int MaxBytes = 4096;

    /// <exception cref="PermanentException">Configuration: the store is a mirror.</exception>
    public static async Task RequireNoneAsync(IBlobStore blobs, CancellationToken cancellationToken)
    {
        byte[] text = new byte[MaxBytes];
        if (await blobs.ReadAsync(BlobName, 0, text, cancellationToken) is { } read)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"repository.url: {blobs.Location} is a mirror of {PlainText.Escape(Encoding.UTF8.GetString(text, 0, read))}, "
                    + "and would fork from it by what is written here. Use the source; or, to go on here in its place, "
                    + $"delete '{BlobName}' there (docs/mirror.md)"
            );
        }
    }

    internal static async Task WriteAsync(IBlobStore target, IBlobStore source, CancellationToken cancellationToken)
    {
        if (await target.GetPropertiesAsync(BlobName, cancellationToken) is null)
        {
            await target.PutIfAbsentAsync(BlobName, Encoding.UTF8.GetBytes(source.Location), cancellationToken);
        }
    }
}
