namespace AlfrescoBackupFlows.Repository;

/// <summary>What a kill left of files in the making.</summary>
internal static class CacheLeftovers
{
    /// <summary>What was written within this time may still be at work in another process.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    public static void Delete(string cacheDirectory, TimeProvider time)
    {
        if (!Directory.Exists(cacheDirectory))
        {
            return;
        }

        try
        {
            foreach (string left in Directory.EnumerateFiles(cacheDirectory, "*" + RowFileBuilder.TemporarySuffix, SearchOption.AllDirectories))
            {
                if (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(left) > Rest)
                {
                    File.Delete(left);
                }
            }
        }
        catch (Exception exception) when (CacheFault.IsFault(exception))
        {
            throw CacheFault.At(cacheDirectory, exception);
        }
    }
}
