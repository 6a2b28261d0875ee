using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace AlfrescoBackupFlows.Platform.Processes;

/// <summary>
/// Starts programs that end with this process, however it ends: the kernel kills them. They are in a session of their
/// own, so that neither Ctrl-C nor a terminal that goes away reaches them past this process. Where util-linux is
/// missing, or on another system, they are started as they are.
/// </summary>
public static class ChildProcess
{
    private static readonly string? SetPriv = Find("setpriv");
    private static readonly string? SetSession = Find("setsid");

    private static readonly BlockingCollection<StartRequest> Requests = [];
    private static readonly Lazy<Thread> Starter = new(() =>
    {
        var thread = new Thread(StartAll) { IsBackground = true, Name = "starts child processes" };
        thread.Start();
        return thread;
    });

    /// <summary>As <see cref="Process.Start(ProcessStartInfo)"/>.</summary>
    public static Process Start(ProcessStartInfo program)
    {
        var request = new StartRequest(Guarded(program));
        _ = Starter.Value;
        Requests.Add(request);
        return request.Wait();
    }

    /// <summary>One that may outlive this process.</summary>
    public static Process StartUnguarded(ProcessStartInfo program) =>
#pragma warning disable RS0030 // Programs are started here alone.
        Process.Start(program) ?? throw new InvalidOperationException($"{program.FileName} did not start");
#pragma warning restore RS0030

    /// <summary>
    /// One thread, which lasts as long as the process: a parent's death is, for the kernel, that of the thread that
    /// started the child, and the thread pool lets threads go.
    /// </summary>
    private static void StartAll()
    {
        foreach (StartRequest request in Requests.GetConsumingEnumerable())
        {
            request.Run();
        }
    }

    private static ProcessStartInfo Guarded(ProcessStartInfo program)
    {
        // What cannot be started is to fail here, and not in a program between.
        if (SetPriv is null || SetSession is null || !IsProgram(program.FileName))
        {
            return program;
        }

        string[] command = ["--pdeathsig", "KILL", SetSession, program.FileName, .. program.ArgumentList];
        program.ArgumentList.Clear();
        foreach (string argument in command)
        {
            program.ArgumentList.Add(argument);
        }

        program.FileName = SetPriv;
        return program;
    }

    private static string? Find(string name) =>
        OperatingSystem.IsLinux()
            ? ((string[])["/usr/bin", "/bin"]).Select(place => Path.Combine(place, name)).FirstOrDefault(IsProgram)
            : null;

    private static bool IsProgram(string file)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return !OperatingSystem.IsWindows()
            && Path.IsPathRooted(file)
            && File.Exists(file)
            && (File.GetUnixFileMode(file) & Execute) != UnixFileMode.None;
    }

#pragma warning disable CA1001 // Without a wait handle the event holds nothing, and it is set while its waiter goes on.
    private sealed class StartRequest(ProcessStartInfo program)
#pragma warning restore CA1001
    {
        private readonly ManualResetEventSlim _done = new();
        private Process? _process;
        private ExceptionDispatchInfo? _fault;

        public void Run()
        {
            try
            {
                _process = StartUnguarded(program);
            }
            catch (Exception e)
            {
                _fault = ExceptionDispatchInfo.Capture(e); // the caller's
            }

            _done.Set();
        }

        public Process Wait()
        {
            _done.Wait();
            _fault?.Throw();
            return _process!;
        }
    }
}
