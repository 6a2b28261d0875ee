using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>Finds a vendor's tool: in the configured directory, else along the search path.</summary>
internal static class ToolLocator
{
    /// <param name="directory">Only here, when given: a tool of another version elsewhere would be a surprise.</param>
    /// <param name="names">Tried in this order.</param>
    /// <returns>Full path, or null.</returns>
    public static string? Find(string? directory, params ReadOnlySpan<string> names)
    {
        string[] directories = string.IsNullOrWhiteSpace(directory)
            ? (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(
                Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries
            )
            : [directory];
        foreach (string name in names)
        {
            foreach (string place in directories)
            {
                string file = Path.Combine(place, OperatingSystem.IsWindows() ? name + ".exe" : name);
                if (GivenPath.IsFile(file))
                {
                    return Path.GetFullPath(file);
                }
            }
        }

        return null;
    }
}
