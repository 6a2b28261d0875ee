using System.Diagnostics;
using AlfrescoBackupFlows.Testing.Servers;

namespace AlfrescoBackupFlows.Testing;

/// <summary>A new directory under the system's temporary directory, deleted with all it holds at disposal.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory()
    {
        Path = Directory.CreateTempSubdirectory("abf-test-").FullName;
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>A path below this directory; creates nothing.</summary>
    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Creates a directory inside for a server that runs as another account, and lets that account pass
    /// through this one.</summary>
    internal async Task OpenForServersAsync(ServerAccount account, string inside, CancellationToken cancellationToken)
    {
        ServerAccount.LetRead(Path);
        await account.CreateDirectoryAsync(inside, cancellationToken);
    }

    public void Dispose()
    {
        if (!Directory.Exists(Path))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        // System.IO cannot name every entry that a test may have made: names that are no valid UTF-8, directories that
        // are read-only.
        using Process removal = Process.Start("sh", ["-c", "chmod -R u+rwX \"$1\" && rm -rf \"$1\"", "sh", Path]);
        removal.WaitForExit();
        if (removal.ExitCode != 0)
        {
            throw new IOException($"{Path} could not be removed.");
        }
    }
}
