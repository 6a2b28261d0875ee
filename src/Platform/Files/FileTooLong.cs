namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// A file that may not grow so long (<c>ulimit -f</c>, the file system): System.IO takes it for a wrong argument, and it
/// is a fault of the disk like any other.
/// </summary>
public static class FileTooLong
{
    /// <summary>To be asked of what came out of writing to a file alone.</summary>
    public static bool IsIn(Exception exception) => exception is ArgumentOutOfRangeException { ParamName: "value" };
}
