using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Mirroring;

/// <summary>Blobs whose names lie below a prefix, how such a name is written, and how long they may be.</summary>
/// <param name="Prefix">With its slash.</param>
/// <param name="IsName">Whether a name below the prefix is one of the format; others are nobody's, and stay.</param>
/// <param name="MaxLength">Bytes; what is longer is no such blob.</param>
internal sealed record MirroredNames(string Prefix, Func<string, bool> IsName, long MaxLength)
{
    public static readonly MirroredNames Packs = new("packs/", name => PackId.TryParseBlobName(name, out _), 64 << 20);

    public static readonly MirroredNames Indexes = new(
        "index/",
        name => ChunkIndexId.TryParseBlobName(name, out _),
        ObjectCipher.MaxBlobLength
    );

    public static readonly MirroredNames Configs = new(
        ConfigFile.Prefix,
        name => ConfigFile.TryParseName(name, out _),
        1 << 20
    );

    public static readonly MirroredNames Log = new(
        LogNames.Prefix,
        name => LogNames.TryParse(name, out _),
        ObjectCipher.MaxBlobLength
    );

    /// <summary>In the order of their names.</summary>
    public IAsyncEnumerable<BlobItem> ListAsync(IBlobStore blobs, CancellationToken cancellationToken) =>
        blobs.ListAsync(Prefix, cancellationToken).Where(item => IsName(item.Name));

    /// <summary>
    /// Both listings side by side, each name once; what one side lacks is null there.
    /// </summary>
    public async IAsyncEnumerable<(BlobItem? Source, BlobItem? Target)> MergeAsync(
        IBlobStore source,
        IBlobStore target,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using IAsyncEnumerator<BlobItem> left = ListAsync(source, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using IAsyncEnumerator<BlobItem> right = ListAsync(target, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        BlobItem? one = await NextAsync(left);
        BlobItem? other = await NextAsync(right);
        while (one is not null || other is not null)
        {
            int order =
                one is null ? 1
                : other is null ? -1
                : string.CompareOrdinal(one.Name, other.Name);
            yield return (order <= 0 ? one : null, order >= 0 ? other : null);
            one = order <= 0 ? await NextAsync(left) : one;
            other = order >= 0 ? await NextAsync(right) : other;
        }
    }

    private static async ValueTask<BlobItem?> NextAsync(IAsyncEnumerator<BlobItem> items) =>
        await items.MoveNextAsync() ? items.Current : null;
}
