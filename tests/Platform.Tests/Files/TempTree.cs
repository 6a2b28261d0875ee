using System.Diagnostics;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

/// <summary>A directory of the test's own, removed at its end.</summary>
internal sealed class TempTree : IDisposable
{
    public TempTree()
    {
        Path = Directory.CreateTempSubdirectory("abf-files-").FullName;
    }

    public string Path { get; }

    public string At(string relative) => System.IO.Path.Combine(Path, relative);

    public void Dispose()
    {
        // Directory.Delete does not see names that are not UTF-8.
        using var remove = Process.Start("rm", ["-rf", Path]);
        remove.WaitForExit();
    }
}
