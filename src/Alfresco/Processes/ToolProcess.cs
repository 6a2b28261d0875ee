using System.Diagnostics;
using System.Text;
using AlfrescoBackupFlows.Platform.Processes;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>
/// Runs a tool with its streams connected. The child never outlives the call: cancellation and any fault of a
/// callback kill it (and its children), and it is waited for before anything is thrown. What a child leaves running is
/// not waited for.
/// </summary>
internal static class ToolProcess
{
    /// <summary>
    /// The settings of this program come by the environment too, secrets among them: they are no child's business, nor
    /// is what opens its storage.
    /// </summary>
    private const string OwnVariables = "ABF__";

    private static readonly string[] StorageSecrets =
    [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "AZURE_PASSWORD",
    ];

    /// <summary>
    /// Where programs and libraries are, and on Windows the directories without which no program opens a socket.
    /// </summary>
    private static readonly string[] NeededToStart =
    [
        "PATH",
        "LD_LIBRARY_PATH",
        "SystemRoot",
        "SystemDrive",
        "windir",
        "TEMP",
        "TMP",
    ];

    /// <summary>How long the outputs of a tool that has ended may be silent without an end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where tools start: here, but for a directory that this user may not enter, such as root's own after <c>runuser</c>, or
    /// that is gone. Tools complain of these.
    /// </summary>
    private static readonly Lazy<string> StartsIn = new(() =>
    {
        try
        {
            string here = Environment.CurrentDirectory;
            Environment.CurrentDirectory = here;
            return here;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return Path.GetPathRoot(AppContext.BaseDirectory)!;
        }
    });

    /// <param name="input">Writes the child's standard input, which is closed when it returns; null: closed at
    /// once.</param>
    /// <param name="output">Reads the child's standard output; null: read and dropped.</param>
    /// <returns>
    /// How it ended. A child that stopped reading before <paramref name="input"/> was through is no fault of the
    /// callback: its exit tells why. An exit code of 0 says that
    /// <paramref name="output"/> saw the end of the output.
    /// </returns>
    public static async Task<ToolExit> RunAsync(
        ToolCommand command,
        Func<Stream, CancellationToken, Task>? input,
        Func<Stream, CancellationToken, Task>? output,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        using Process process = Start(command);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var killing = stop.Token.Register(static state => Kill((Process)state!), process);
        using var stdin = new ToolInput(process.StandardInput.BaseStream);
        var exited = process.WaitForExitAsync(CancellationToken.None);
        await using var stdout = new ToolOutput(process.StandardOutput.BaseStream, exited, Patience);

        var errors = new ErrorLines();
        var readingErrors = Task.WhenAny(errors.ReadAsync(process.StandardError), OutlastAsync(exited));
        var writing = GuardAsync(WriteAsync(stdin, input, stop.Token), stop);
        var reading = GuardAsync(ReadAsync(stdout, output, stop.Token), stop);
        try
        {
            await Task.WhenAll(writing, reading);
        }
        catch when (cancellationToken.IsCancellationRequested)
        {
            // What a callback made of its broken stream is a consequence.
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            // Both callbacks are through or one failed and the child was killed: it ends by itself.
            await exited;
        }

        await readingErrors;
        cancellationToken.ThrowIfCancellationRequested();
        if (stdout.IsHeld && output is not null)
        {
            return new ToolExit(
                -1,
                [.. errors.Last, "error: it ended, but something that it started holds its output open"]
            );
        }

        return new ToolExit(process.ExitCode == 0 && stdin.Broken ? -1 : process.ExitCode, errors.Last);
    }

    /// <summary>A vendor's tool ends with this process; a command of the administrator may have a life of its
    /// own.</summary>
    private static Process Start(ToolCommand command) =>
        command.IsOfAdministrator
            ? ChildProcess.StartUnguarded(StartInfo(command))
            : ChildProcess.Start(StartInfo(command));

    private static ProcessStartInfo StartInfo(ToolCommand command)
    {
        var info = new ProcessStartInfo(command.File)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = StartsIn.Value,
        };
        foreach (string argument in command.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        if (command.IsOfAdministrator)
        {
            CallersVariables.Return(info.Environment);
        }

        Func<string, bool> isKept = command.IsOfAdministrator ? static name => !IsOwn(name) : IsNeeded;
        foreach (string name in info.Environment.Keys.Where(name => !isKept(name)).ToArray())
        {
            info.Environment.Remove(name);
        }

        foreach ((string name, string value) in command.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    private static bool IsOwn(string variable) =>
        variable.StartsWith(OwnVariables, StringComparison.OrdinalIgnoreCase)
        || StorageSecrets.Contains(variable, StringComparer.OrdinalIgnoreCase);

    private static bool IsNeeded(string variable) => NeededToStart.Contains(variable, StringComparer.OrdinalIgnoreCase);

    private static async Task WriteAsync(
        ToolInput stdin,
        Func<Stream, CancellationToken, Task>? input,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (input is not null)
            {
                await input(stdin, cancellationToken);
                await stdin.FlushAsync(cancellationToken);
            }
        }
        catch (IOException) when (stdin.Broken)
        {
            // The child closed its end: its exit code and its standard error say why, and are looked at by the caller.
        }
        finally
        {
            stdin.Close();
        }
    }

    private static async Task ReadAsync(
        ToolOutput stdout,
        Func<Stream, CancellationToken, Task>? output,
        CancellationToken cancellationToken
    )
    {
        await (output ?? ((stream, token) => stream.CopyToAsync(Stream.Null, token)))(stdout, cancellationToken);
        if (await stdout.ReadAsync(new byte[1], cancellationToken) != 0)
        {
            throw new InvalidOperationException("the output of a tool was not read to its end");
        }
    }

    /// <summary>The first fault stops the child, so that the other direction ends too.</summary>
    private static async Task GuardAsync(Task work, CancellationTokenSource stop)
    {
        try
        {
            await work;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private static async Task OutlastAsync(Task exited)
    {
        await exited;
        await Task.Delay(Patience);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
