using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What every user of a Linux machine can see of its processes.</summary>
internal static class ProcessArguments
{
    public static IEnumerable<string> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            string? line = null;
            try
            {
                line = Encoding
                    .UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "cmdline")))
                    .Replace('\0', ' ');
            }
            catch (IOException)
            {
                // Ended meanwhile, or no process.
            }

            if (line is not null)
            {
                yield return line;
            }
        }
    }
}
