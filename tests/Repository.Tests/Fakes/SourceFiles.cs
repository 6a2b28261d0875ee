namespace AlfrescoBackupFlows.Repository.Tests.Fakes;

/// <summary>Files that are checked in beside the tests.</summary>
internal static class SourceFiles
{
    /// <summary>An absolute path from one that is relative to the solution.</summary>
    public static string Path(params ReadOnlySpan<string> parts)
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory, "AlfrescoBackupFlows.sln")))
        {
            directory = System.IO.Path.GetDirectoryName(directory);
        }

        return System.IO.Path.Combine([
            directory ?? throw new DirectoryNotFoundException("The solution is not above the tests."),
            .. parts,
        ]);
    }
}
