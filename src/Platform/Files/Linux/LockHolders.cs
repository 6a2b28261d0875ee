using System.Diagnostics;
using System.Globalization;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Who holds a lock of flock(2), as the kernel tells it.</summary>
internal static class LockHolders
{
    private const string Table = "/proc/locks";

    /// <summary><c>process 1234 (name)</c>; null where the kernel does not tell: it belongs to another host or
    /// container.</summary>
    public static string? Find(in FileStat file)
    {
        string inode = string.Create(CultureInfo.InvariantCulture, $":{file.Inode}");
        try
        {
            foreach (string line in File.ReadLines(Table))
            {
                // 1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF
                // The device is another one on some file systems, so it is not compared.
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (
                    words is [_, "FLOCK", _, _, var holder, var place, ..]
                    && place.EndsWith(inode, StringComparison.Ordinal)
                    && int.TryParse(holder, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                    && pid > 0
                )
                {
                    return Describe(pid);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such table here: nothing is known.
        }

        return null;
    }

    private static string Describe(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return string.Create(CultureInfo.InvariantCulture, $"process {pid} ({process.ProcessName})");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It took the lock and has ended; a child of it has the file open still.
            return string.Create(CultureInfo.InvariantCulture, $"process {pid}, or a child of it");
        }
    }
}
