using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// What a prune has written and the log does not name yet, and what it wrote in vain: that is garbage, which the next
/// entry gives up.
/// </summary>
internal sealed class UnnamedRewrite(BackupRepository repository) : IDisposable
{
    private readonly HashSet<string> _discarded = new(StringComparer.Ordinal);

    /// <summary>What was written since the last entry.</summary>
    public PackRewrite Packs { get; private set; } = new(repository);

    /// <summary>Bytes of the packs that entries of this prune have named.</summary>
    public long NamedBytes { get; private set; }

    /// <summary>Blobs that were written in vain, by name.</summary>
    public IReadOnlySet<string> Discarded => _discarded;

    /// <summary>
    /// Another prune takes what is not named yet for garbage: what it has given up is written anew, under other names.
    /// </summary>
    public void DiscardIfGivenUp(LogState state, StoreListing store)
    {
        if (!Packs.IsWholeIn(state, store))
        {
            Discard();
        }
    }

    public void Discard()
    {
        _discarded.UnionWith(Packs.Packs.Select(pack => pack.BlobName));
        Discard(Packs.Indexes);
        BeginAnew();
    }

    /// <summary>Index blobs that an entry was to name which was not written.</summary>
    public void Discard(IEnumerable<ChunkIndexBlob> indexes) =>
        _discarded.UnionWith(indexes.Select(index => index.Id.BlobName));

    /// <summary>The log has an entry that names all of it, and gives up what was discarded.</summary>
    public void Named()
    {
        NamedBytes += Packs.Bytes;
        BeginAnew();
        _discarded.Clear();
    }

    public void Dispose() => Packs.Dispose();

    private void BeginAnew()
    {
        Packs.Dispose();
        Packs = new PackRewrite(repository);
    }
}
