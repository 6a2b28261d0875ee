using System.Diagnostics;
using System.Globalization;

namespace AlfrescoBackupFlows.Platform.State;

/// <summary>
/// An exclusive lock that the operating system drops when the process dies, however it dies. The file stays; only the lock counts.
/// The holder's process id stands in a second file, because a locked file cannot be read on Windows.
/// </summary>
public sealed class ProcessLock : IDisposable
{
    private readonly FileStream _file;

    private ProcessLock(FileStream file) => _file = file;

    /// <exception cref="PermanentException">Busy: another process holds it; the message names its id. Configuration: it cannot be written.</exception>
    public static ProcessLock Acquire(string path)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix; the descriptor is closed on exec, so a child never keeps the lock.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new PermanentException(ErrorKind.Busy, $"state: {path} is held by {Holder(path)}: wait for it to end, or stop it", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }

        try
        {
            File.WriteAllText(PidFile(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new ProcessLock(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw NotWritable(PidFile(path), e);
        }
    }

    /// <summary>
    /// Whether a living process holds the lock. Looks at the recorded process first, so that asking over and over does not get in the way of a
    /// process that is just about to take it.
    /// </summary>
    public static bool IsHeld(string path)
    {
        if (!IsAlive(PidFile(path)))
        {
            return false;
        }

        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false; // the number was given to another process since
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool IsAlive(string pidFile)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture));
            return !process.HasExited;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            return false; // nobody ever wrote it, or that process has ended, or it is another user's, who may look
        }
    }

    private static string PidFile(string path) => path + ".pid";

    private static PermanentException NotWritable(string path, Exception e) =>
        new(ErrorKind.Configuration, $"state: {path} cannot be written ({e.Message}): run as the owner of the state directory, or make room", e);

    private static string Holder(string path)
    {
        try
        {
            return $"process {File.ReadAllText(PidFile(path)).Trim()}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process"; // it has just taken the lock and not yet written its id
        }
    }
}
