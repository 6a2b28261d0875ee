namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>URLs of directories: <c>file:///path</c>, percent-encoded or not.</summary>
public static class DirectoryUrl
{
    private const string Start = "file:///";

    /// <summary>The path; null for another scheme.</summary>
    public static string? TryParse(string url)
    {
        if (!url.StartsWith(Start, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string path = Uri.UnescapeDataString(url[Start.Length..]);
        return OperatingSystem.IsWindows() ? path : "/" + path;
    }

    /// <summary>
    /// How the directory of the second URL is called beneath that of the first, with <c>/</c> between names; null where
    /// it is not beneath it, or one is no URL of a directory. What lies beneath a store is never reached over a link.
    /// </summary>
    public static string? TryNameBelow(string outerUrl, string innerUrl)
    {
        if (TryParse(outerUrl) is not { } outer || TryParse(innerUrl) is not { } inner)
        {
            return null;
        }

        string name = Path.TrimEndingDirectorySeparator(Path.GetRelativePath(outer, inner));
        return
            name is "." or ".."
            || Path.IsPathRooted(name)
            || name.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? null
            : name.Replace(Path.DirectorySeparatorChar, '/');
    }
}
