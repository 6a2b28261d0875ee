namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>
/// Marks a setting that is a path, a list of paths, or a map of names to paths. A relative one means the directory of
/// the configuration file, and none is shown to clients of the HTTP API.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathSettingAttribute : Attribute;
