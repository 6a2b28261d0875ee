namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>
/// The account that a database server runs as. Servers refuse root, so that a test process that is root (containers)
/// hands them to the account which their package made.
/// </summary>
internal sealed class ServerAccount(string name)
{
    /// <summary>The command as this account would run it.</summary>
    public string[] Command(params string[] command) =>
        Environment.IsPrivilegedProcess
            ?
            [
                Tool.Find("setpriv", "util-linux"),
                $"--reuid={name}",
                $"--regid={name}",
                "--init-groups",
                "--",
                .. command,
            ]
            : command;

    /// <summary>Lets every account read a file or enter a directory.</summary>
    public static void LetRead(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Everyone =
                UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead
                | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(path, Everyone);
        }
    }

    /// <summary>Creates a directory that only this account reads.</summary>
    public async Task CreateDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        string[] owner = Environment.IsPrivilegedProcess ? ["-o", name, "-g", name] : [];
        await ServerProcess.RunAsync(["install", "-d", "-m", "700", .. owner, path], cancellationToken);
    }
}
