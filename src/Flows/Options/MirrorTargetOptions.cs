using AlfrescoBackupFlows.Alfresco.Installations;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>One of the list <c>mirror</c>: a second store that follows the repository's.</summary>
public sealed class MirrorTargetOptions
{
    /// <summary>As <c>repository.url</c> is written.</summary>
    public string? Url { get; set; }

    /// <summary>A backup is followed by a mirror where the last one is so long ago; zero: each time.</summary>
    public TimeSpan Every { get; set; }

    /// <summary>A file that holds a storage connection string for it; null: as the repository is opened.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? ConnectionStringFile { get; set; }
}
