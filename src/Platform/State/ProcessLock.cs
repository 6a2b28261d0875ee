using System.Diagnostics;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Platform.State;

/// <summary>
/// An exclusive lock that the operating system drops when the process dies, however it dies. The file stays; only the
/// lock counts.
/// The holder's process id stands in a second file, because a locked file cannot be read on Windows.
/// </summary>
public sealed class ProcessLock : IDisposable
{
    private const int MaxPidBytes = 64;

    private readonly IDisposable _lock;

    private ProcessLock(IDisposable taken) => _lock = taken;

    /// <exception cref="PermanentException">Busy: another process holds it; the message names its id. Configuration: it
    /// cannot be written.</exception>
    public static ProcessLock Acquire(string path)
    {
        (OwnTree tree, string name) = Split(path);
        IDisposable taken;
        try
        {
            // The descriptor is closed on exec, so a child never keeps the lock.
            taken =
                tree.TryLock(name)
                ?? throw new PermanentException(
                    ErrorKind.Busy,
                    $"state: {path} is held by {Holder(tree, name)}: wait for it to end, or stop it"
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }

        try
        {
            string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            tree.Delete(NewPidFile(name));
            tree.Replace(PidFile(name), NewPidFile(name), Encoding.ASCII.GetBytes(pid));
            return new ProcessLock(taken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            taken.Dispose();
            throw NotWritable(PidFile(path), e);
        }
    }

    /// <summary>
    /// Whether a living process holds the lock. Looks at the recorded process first, so that asking over and over does
    /// not get in the way of a process that is just about to take it.
    /// </summary>
    public static bool IsHeld(string path)
    {
        (OwnTree tree, string name) = Split(path);
        try
        {
            // Locked by nobody: the number was given to another process since.
            return IsAlive(tree, name) && tree.IsLocked(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
    }

    /// <summary>The lock's own file and what stands beside it.</summary>
    public static IReadOnlyList<string> FilesOf(string name) => [NewPidFile(name), PidFile(name), name];

    public void Dispose() => _lock.Dispose();

    private static (OwnTree Tree, string Name) Split(string path)
    {
        string full = Path.GetFullPath(path);
        return (OwnTree.OpenPrivate(Path.GetDirectoryName(full)!), Path.GetFileName(full));
    }

    private static bool IsAlive(OwnTree tree, string name)
    {
        try
        {
            using var process = Process.GetProcessById(
                int.Parse(ReadPid(tree, name) ?? "", CultureInfo.InvariantCulture)
            );
            return !process.HasExited;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or ArgumentException
                        or FormatException
                        or OverflowException
                        or InvalidOperationException
            )
        {
            return false; // nobody ever wrote it, or that process has ended, or it is another user's, who may look
        }
    }

    private static string? ReadPid(OwnTree tree, string name) =>
        tree.TryReadAll(PidFile(name), MaxPidBytes) is { } bytes ? Encoding.ASCII.GetString(bytes).Trim() : null;

    private static string NewPidFile(string name) => PidFile(name) + ".new";

    private static string PidFile(string path) => path + ".pid";

    private static PermanentException NotWritable(string path, Exception e) =>
        new(
            ErrorKind.Configuration,
            $"state: {path} cannot be written ({e.Message}): run as the owner of the state directory, or make room",
            e
        );

    private static string Holder(OwnTree tree, string name)
    {
        try
        {
            // The kernel knows best: the number in the file may be that of an earlier holder. Without one, the holder
            // has just taken the lock and not yet written it.
            return tree.LockHolder(name) ?? (ReadPid(tree, name) is { } pid ? $"process {pid}" : "another process");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
