namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>
/// What stands in the place of an own file or directory is not ours: a link, a pipe, somebody else's. The message names
/// it and says what to do; the parts that open such files put it into a failure of their own kind. Trying again does
/// not help.
/// </summary>
public sealed class UnsafeEntryException(string message) : IOException(message);
