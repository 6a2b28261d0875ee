using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Processes;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>
/// Runs another command of this program as the service's user, so that what it creates is that user's, and what it may
/// not read is found now. Its messages go where this one's do.
/// </summary>
internal static class ServiceRun
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory,
        OperatingSystem.IsWindows() ? "abf.exe" : "abf"
    );

    /// <returns>The exit code, and the document; null where it wrote none.</returns>
    public static async Task<(int ExitCode, T? Document)> RunAsync<T>(
        CommandContext context,
        string configuration,
        ServiceUser? user,
        JsonTypeInfo<T> type,
        string command
    )
        where T : class
    {
        using Process process = Start([.. AsUser(user), Program, command, "--json", "--config", configuration]);
        process.StandardInput.Close();
        await using CancellationTokenRegistration stop = context.Stop.Register(() =>
            process.Kill(entireProcessTree: true)
        );
        string result = await process.StandardOutput.ReadToEndAsync(context.Stop);
        await process.WaitForExitAsync(context.Stop);
        return (process.ExitCode, result.Length == 0 ? null : JsonSerializer.Deserialize(result, type));
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // Not the caller's: the service's user may not be allowed to see it.
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory)!,
        };
        try
        {
            return ChildProcess.Start(start);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"'{command[0]}' cannot be started ({e.Message}): install util-linux, or run 'abf setup' as the user of the service",
                e
            );
        }
    }

    private static string[] AsUser(ServiceUser? user) =>
        user is null
            ? []
            :
            [
                "/usr/bin/setpriv",
                string.Create(CultureInfo.InvariantCulture, $"--reuid={user.Uid}"),
                string.Create(CultureInfo.InvariantCulture, $"--regid={user.Gid}"),
                "--init-groups",
            ];
}
