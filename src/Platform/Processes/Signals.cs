using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Processes;

/// <summary>Signals that would end the process where its work can go on.</summary>
public static class Signals
{
    private const int Hangup = 1;
    private const int FileTooLarge = 25;
    private const int Default = 0;
    private const int Ignore = 1;

    /// <summary>
    /// A terminal that goes away takes only what is shown on it, and a file that may not grow (<c>ulimit -f</c>) is an
    /// error like a full disk.
    /// </summary>
    public static void IgnoreHarmless()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Libc.Signal(Hangup, Ignore);
            _ = Libc.Signal(FileTooLarge, Ignore);
        }
    }

    /// <summary>For who takes the signal of a terminal that goes away for something else, from now on: the runtime gets
    /// none that is ignored.</summary>
    public static void HearHangup()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Libc.Signal(Hangup, Default);
        }
    }
}
