using System.Text;
using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Streams;

/// <summary>The output and the error stream that this process was given, which may be full, closed, or nobody's any
/// more.</summary>
public static class StandardStreams
{
    private const int Count = 3;

    private static readonly bool[] Closed = new bool[Count];

    /// <summary>
    /// Called before anything is opened: a stream that was closed when the process began has a number that the next
    /// file would get, and that file would then be written to. The null device takes its place.
    /// </summary>
    public static void Claim()
    {
        for (int descriptor = 0; OperatingSystem.IsLinux() && descriptor < Count; descriptor++)
        {
            Closed[descriptor] = IsClosed(descriptor);
            if (Closed[descriptor])
            {
                // Where the number is free, it is the lowest one, and this gets it; where the runtime has it, this is
                // one more handle, and does no harm.
                FileCalls.OpenRoot("/dev/null", OpenFlags.ReadWrite, out _)?.SetHandleAsInvalid();
            }
        }
    }

    /// <summary>The console's own writers, for whoever escapes what it writes.</summary>
    public static TextWriter Error => Console.Error;

    /// <summary>Says a line on the error stream, whatever stands in it.</summary>
    public static void SayError(string line) => Error.WriteLine(PlainText.Escape(line));

    /// <summary>What writes to the console writes there from here on, whoever it is.</summary>
    public static void Redirect(Stream output, Stream error)
    {
        Console.SetError(new StreamWriter(error) { AutoFlush = true });
        Console.SetOut(new StreamWriter(output) { AutoFlush = true });
    }

    /// <summary>Every fault of writing is an <see cref="IOException"/>, that of a reader who went away too.</summary>
    public static Stream OpenOutput() => Open(1, limit: null) ?? Console.OpenStandardOutput();

    /// <summary>
    /// The same; where nobody reads, a write waits no longer than <paramref name="limit"/>, and later ones not at all
    /// until there is room: <see cref="TimeoutException"/>.
    /// </summary>
    public static Stream OpenError(TimeSpan limit) => Open(2, limit) ?? Console.OpenStandardError();

    /// <summary>Whether somebody types at the input.</summary>
    public static bool IsInputTerminal => !Console.IsInputRedirected;

    /// <summary>Whether somebody looks at the output.</summary>
    public static bool IsOutputTerminal => !Console.IsOutputRedirected;

    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>A line that somebody types at a terminal; null where the input has ended.</summary>
    public static string? ReadLine() => Console.In.ReadLine();

    /// <summary>A line that somebody types at a terminal, without showing it.</summary>
    public static string ReadHidden()
    {
        StringBuilder line = new();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                line.Length = Math.Max(0, line.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                line.Append(key.KeyChar);
            }
        }

        return line.ToString();
    }

    /// <summary>Whoever reads the pipe has read what it wanted: no fault of anybody's.</summary>
    public static bool IsReaderGone(Exception fault) => fault is IOException && fault.HResult == Errno.EPIPE;

    private static DescriptorStream? Open(int descriptor, TimeSpan? limit) =>
        OperatingSystem.IsLinux() ? new DescriptorStream(descriptor, Closed[descriptor], limit) : null;

    /// <summary>
    /// The number is free, or the runtime opened something under it: what it opens is closed on exec, and what was open
    /// when this process began cannot have been.
    /// </summary>
    private static bool IsClosed(int descriptor)
    {
        const int GetFlags = 1;
        const int CloseOnExec = 1;
        int flags = FileCalls.Checked(Libc.GetDescriptorFlags(descriptor, GetFlags));
        return flags < 0 || (flags & CloseOnExec) != 0;
    }
}
