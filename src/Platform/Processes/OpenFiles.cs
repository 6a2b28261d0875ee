using System.Globalization;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Platform.Processes;

/// <summary>How many files, sockets among them, this process may hold open at once.</summary>
public static class OpenFiles
{
    private const string Limits = "/proc/self/limits";
    private const string Row = "Max open files";

    /// <summary>Null where the system has no such limit, or does not tell it.</summary>
    public static long? Limit => OperatingSystem.IsLinux() && GivenPath.IsFile(Limits) ? Read() : null;

    private static long? Read()
    {
        string? row = GivenPath
            .ReadLines(Limits)
            .FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal));
        string? soft = row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
    }
}
