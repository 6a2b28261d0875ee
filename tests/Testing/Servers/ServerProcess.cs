using System.Diagnostics;

namespace AlfrescoBackupFlows.Testing.Servers;

/// <summary>
/// A server that lives no longer than the process that started it. A shell in a session of its own waits on a pipe from
/// this process; when the pipe closes, at disposal or because this process was killed, the whole process group is
/// killed; and where the shell itself is killed, its server. (The kernel's parent-death signal is tied to the starting
/// thread, which the thread pool may retire: so it guards the shell's child, not the shell.)
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Attempts = 4;
    private const string Guard = """
        exec 3<&0 >"$1" 2>&1
        shift
        "$@" </dev/null 3<&- &
        server=$!
        { cat <&3 >/dev/null; kill -KILL 0; } &
        wait $server
        """;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _guard;
    private readonly string _log;

    private ServerProcess(string[] command, string log)
    {
        _log = log;
        ProcessStartInfo start = new(
            Tool.Find("setsid", "util-linux"),
            ["--wait", "sh", "-c", Guard, "sh", log, .. Guarded(command)]
        )
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        _guard = Process.Start(start)!;
    }

    /// <summary>The kernel forgets the signal when a program changes its user: the last one that does asks for
    /// it.</summary>
    private static string[] Guarded(string[] command)
    {
        string setPriv = Tool.Find("setpriv", "util-linux");
        string[] rest = command[0] == setPriv ? command[1..] : ["--", .. command];
        return [setPriv, "--pdeathsig", "KILL", .. rest];
    }

    /// <summary>Starts a server and returns once <paramref name="isReady"/> holds; a server that ends before (somebody
    /// took its port) is started again.</summary>
    /// <param name="command">Gives program and arguments; called again, with another port, for each attempt.</param>
    /// <param name="log">The file that takes the server's output; its end is quoted where the server does not come
    /// up.</param>
    /// <param name="isReady">Tries to connect.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ServerProcess> StartAsync(
        Func<string[]> command,
        string log,
        Func<CancellationToken, Task<bool>> isReady,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 1; ; attempt++)
        {
            ServerProcess server = new(command(), log);
            if (await server.WaitUntilReadyAsync(isReady, cancellationToken))
            {
                return server;
            }

            await server.DisposeAsync();
            if (attempt == Attempts)
            {
                string output = await File.ReadAllTextAsync(log, cancellationToken);
                throw new InvalidOperationException(
                    $"The server did not come up: {command()[0]}\n{output[Math.Max(0, output.Length - 4000)..]}"
                );
            }
        }
    }

    /// <summary>Runs a program to its end; its output is quoted where it fails.</summary>
    public static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{string.Join(' ', command)} ended with {process.ExitCode}:\n{await output}\n{await error}"
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync(CancellationToken.None);
        _guard.Dispose();
    }

    private async Task<bool> WaitUntilReadyAsync(
        Func<CancellationToken, Task<bool>> isReady,
        CancellationToken cancellationToken
    )
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!_guard.HasExited && waited.Elapsed < s_patience)
        {
            if (await isReady(cancellationToken))
            {
                return !_guard.HasExited;
            }

            await Task.Delay(s_poll, cancellationToken);
        }

        return false;
    }
}
