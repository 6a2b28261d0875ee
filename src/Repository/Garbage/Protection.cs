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

    /// <summary>Whether a date is to be moved: less than half of the time is left.</summary>
    public static bool IsDue(DateTimeOffset until, DateTimeOffset newest, TimeSpan keepsFor) =>
        until < newest + (keepsFor / 2);

    /// <param name="packs">Those of which something is needed, or may be.</param>
    /// <param name="oldConfigs">Configs that do not count, with keys that something is sealed under.</param>
    /// <returns>What is to be said, a line; null where there is nothing.</returns>
    public async Task<string?> RunAsync(
        LogHead head,
        StoreListing store,
        IEnumerable<PackId> packs,
        IEnumerable<int> oldConfigs,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, DateTimeOffset> dates = new(StringComparer.Ordinal);
        IEnumerable<string> names = packs
            .Select(pack => pack.BlobName)
            .Concat(ReadIndexes(head.State))
            .Concat(oldConfigs.Append(head.State.Config.Number).Select(ConfigFile.BlobName));
        foreach (string name in names)
        {
            if (store.KeptUntil.TryGetValue(name, out DateTimeOffset until))
            {
                dates[name] = until;
            }
        }

        await foreach (BlobItem item in blobs.ListKeptAsync(LogNames.Prefix, cancellationToken))
        {
            bool isEntry = LogNames.TryParse(item.Name, out long sequence) && sequence <= head.Sequence;
            if (isEntry && item.KeptUntil is { } until)
            {
                dates[item.Name] = until;
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
            dates.Where(date => IsDue(date.Value, store.Newest, keepsFor)).Select(date => date.Key),
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

    /// <summary>What a reader reads, and what open runs read: they began before some of it was replaced.</summary>
    private static IEnumerable<string> ReadIndexes(LogState state) =>
        state
            .OpenRuns.Select(run => state.WithIndexesUpTo(run.Base))
            .Append(state)
            .SelectMany(read => LogState.Live(read.Indexes))
            .Select(index => index.Id.BlobName);
}
