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

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
