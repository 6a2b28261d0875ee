namespace AlfrescoBackupFlows.Platform.Errors;

/// <summary>
/// What went wrong, in the words an administrator acts on. Each kind has exactly one exit code
/// (the command line's <c>ExitCodes</c> holds the table).
/// </summary>
public enum ErrorKind
{
    /// <summary>A defect: nothing the administrator did explains it.</summary>
    Unexpected,

    /// <summary>The command line or a setting is wrong.</summary>
    Configuration,

    /// <summary>Another run, host or Alfresco's own index job is in the way.</summary>
    Busy,

    /// <summary>The database, the content stores or the index backup cannot be read as they must.</summary>
    Source,

    /// <summary>The blob storage is unreachable or refuses.</summary>
    Storage,

    /// <summary>A wrong key, or a repository that is damaged or of another format.</summary>
    Repository,

    /// <summary>The target of a restore is not fit, full, or failed.</summary>
    Target,

    /// <summary>Somebody cancelled the run.</summary>
    Cancelled,
}
