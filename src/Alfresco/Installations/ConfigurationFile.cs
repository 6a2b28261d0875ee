namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>
/// A file of Alfresco's configuration, or a directory of such files, that is captured beside the content:
/// <c>alfresco-global.properties</c>, what <c>installation.configurationFiles</c> names, and keystores and their
/// passwords that properties name outside of <c>dir.keystore</c>.
/// </summary>
/// <param name="Path">Absolute.</param>
/// <param name="Setting">The setting or property that names it, for messages.</param>
/// <param name="IsKeystore">It may be absent, which is said; gone since the set before, it stops the run.</param>
public sealed record ConfigurationFile(string Path, string Setting, bool IsKeystore);
