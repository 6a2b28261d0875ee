using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// Moves the dates until which the store protects what the sets need. Only blobs that have such a date get a later one:
/// which blobs are protected, and in which mode, is the container's matter.
/// </summary>
/// <param name="keepsFor">Counted from the newest blob, by the store's clock: a clock that jumped here locks nothing.</param>
internal sealed class Protection(IBlobStore blobs, TimeSpan keepsFor)
{
    private const int Parallelism = 16;

    private long _extended;
    private long _refused;

    /// <summary>Blobs whose date was moved.</summary>
    public long Extended => Interlocked.Read(ref _extended);

    /// <param name="packs">Those of which something is needed, or may be.</param>
    /// <returns>What is to be said, a line; null where there is nothing.</returns>
    public async Task<string?> RunAsync(
        LogState state,
        StoreListing store,
        IEnumerable<PackId> packs,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, DateTimeOffset> dates = new(StringComparer.Ordinal);
        IEnumerable<string> names = packs
            .Select(pack => pack.BlobName)
            .Concat(state.Indexes.Select(index => index.Id.BlobName));
        foreach (string name in names)
        {
            if (store.KeptUntil.TryGetValue(name, out DateTimeOffset until))
            {
                dates[name] = until;
            }
        }

        foreach (string prefix in (string[])[LogNames.Prefix, ConfigFile.Prefix])
        {
            await foreach (BlobItem item in blobs.ListKeptAsync(prefix, cancellationToken))
            {
                if (item.KeptUntil is { } until)
                {
                    dates[item.Name] = until;
                }
            }
        }

        if (dates.Count == 0)
        {
            return $"retention.protectFor is set, and nothing at {blobs.Location} has a date of protection that could be "
                + "extended: switch version-level immutability on for the container with a policy for new blobs, or "
                + "remove the setting.";
        }

        DateTimeOffset wanted = store.Newest + keepsFor;
        await Parallel.ForEachAsync(
            dates.Where(date => date.Value < store.Newest + (keepsFor / 2)).Select(date => date.Key),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (name, token) =>
            {
                if (await blobs.TryKeepAsync(name, wanted, token))
                {
                    Interlocked.Increment(ref _extended);
                }
                else
                {
                    Interlocked.Increment(ref _refused);
                }
            }
        );
        return _refused == 0
            ? null
            : $"The protection of {_refused} blobs at {blobs.Location} could not be extended (retention.protectFor): look "
                + "whether the identity may set immutability policies, and whether the blobs are still there.";
    }
}
