namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>
/// A stand-in for a vendor's tool: a shell script, for faults that the real one cannot be brought to.
/// </summary>
internal sealed class StandInTool : IDisposable
{
    public StandInTool(string name, string script)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("abf-stand-in-").FullName;
        var file = Path.Combine(Directory, name);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Directory { get; }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
