using System.Text;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Repository.Cache;

/// <summary>What a kill left of files in the making.</summary>
internal static partial class CacheLeftovers
{
    /// <summary>What was written within this time may still be at work in another process.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>
    /// Deletes those that are old, in the directory and the ones right below it. What has another name stays.
    /// </summary>
    public static void Delete(string cacheDirectory, TimeProvider time)
    {
        try
        {
            OwnTree cache = CacheDirectory.Open(cacheDirectory);
            DateTimeOffset before = time.GetUtcNow() - Rest;
            List<string> directories = [];
            DeleteIn(cache, "", before, directories);
            foreach (string directory in directories)
            {
                DeleteIn(cache, directory + "/", before, []);
            }
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    private static void DeleteIn(OwnTree cache, string prefix, DateTimeOffset before, List<string> directories)
    {
        List<string> left = [];
        cache.TryVisit(
            prefix.TrimEnd('/'),
            (bytes, type) =>
            {
                string name = Encoding.UTF8.GetString(bytes);
                if (type == EntryType.Directory)
                {
                    directories.Add(name);
                }
                else if (type == EntryType.File && OwnName().IsMatch(name))
                {
                    left.Add(prefix + name);
                }
            }
        );

        foreach (string path in left)
        {
            if (
                cache.TryStat(path) is { } file
                && DateTimeOffset.UnixEpoch.AddTicks(file.MtimeNs / TimeSpan.NanosecondsPerTick) < before
            )
            {
                cache.Delete(path);
            }
        }
    }

    /// <summary>As <see cref="ScratchFile"/> and the builder of the cached chunk index name them.</summary>
    [GeneratedRegex(
        @"^(scratch-|[0-9a-f]{32}\.chunks\.)[0-9a-f]{32}\.tmp\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OwnName();
}
