using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>Why an entry that exists could not be read.</summary>
public enum UnreadableReason
{
    /// <summary>The rights of the process do not suffice.</summary>
    AccessDenied,

    /// <summary>A symbolic link where none may be followed, or a chain of links without an end.</summary>
    Link,

    /// <summary>A socket, a pipe, a device or a directory where a file was expected.</summary>
    NotAFile,

    /// <summary>The disk or the network file system failed.</summary>
    Fault,
}

/// <summary>
/// An entry of a source tree exists but cannot be read. A scan catches it, records the entry as unreadable and goes on;
/// where nothing catches it, it ends the run as a fault of the source. Trying again at once does not help.
/// </summary>
public sealed class SourceUnreadableException : AbfException
{
    internal SourceUnreadableException(UnreadableReason reason, string message, Exception? innerException = null)
        : base(ErrorKind.Source, message, innerException)
    {
        Reason = reason;
    }

    public UnreadableReason Reason { get; }
}
