namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>
/// Marks a setting that names a file whose content is a secret: no client of the HTTP API is shown it, whoever wrote it
/// into a message.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretFileSettingAttribute : Attribute;
