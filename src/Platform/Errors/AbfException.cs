namespace AlfrescoBackupFlows.Platform.Errors;

/// <summary>
/// The base of every failure that is meant to be read by an administrator. The message is one line that names the
/// setting, the value and how to fix it; it never holds a secret. The type says whether trying again can help.
/// </summary>
public abstract class AbfException : Exception
{
    private protected AbfException(ErrorKind kind, string message, Exception? innerException)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>What went wrong; decides the exit code.</summary>
    public ErrorKind Kind { get; }
}

/// <summary>Trying again cannot help: bad credentials, malformed configuration, a damaged repository.</summary>
public sealed class PermanentException(ErrorKind kind, string message, Exception? innerException = null)
    : AbfException(kind, message, innerException);

/// <summary>Trying again may help: a network fault, a server that restarts, a busy peer.</summary>
public sealed class TransientException(ErrorKind kind, string message, Exception? innerException = null)
    : AbfException(kind, message, innerException);
