using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>What is wrong with a file that is imported.</summary>
internal static class ArchiveFault
{
    /// <param name="what">A clause about the file.</param>
    public static PermanentException Of(string what, Exception? cause = null) =>
        new(
            ErrorKind.Source,
            $"the file cannot be imported: {what}. Take another copy of it, or export the set again; nothing was imported.",
            cause
        );
}
