using System.Text;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform;
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
            DateTimeOffset now = time.GetUtcNow();
            List<string> directories = [];
            DeleteIn(cache, "", now, directories);
            foreach (string directory in directories)
            {
                DeleteIn(cache, directory + "/", now, []);
            }
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }

    private static void DeleteIn(OwnTree cache, string prefix, DateTimeOffset now, List<string> directories)
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
            if (cache.TryStat(path) is { } file && RecordedTime.IsFarOff(file.Mtime, Rest, now))
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
