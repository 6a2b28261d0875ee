namespace AlfrescoBackupFlows.Demo;

/// <param name="Abf">Path of the executable that is shown.</param>
/// <param name="UsesAzurite">Blob storage; otherwise a plain directory.</param>
/// <param name="UsesMariaDb">MariaDB; otherwise PostgreSQL.</param>
/// <param name="Documents">Documents before the first backup.</param>
/// <param name="Keep">Leave everything running.</param>
internal sealed record DemoOptions(string Abf, bool UsesAzurite, bool UsesMariaDb, int Documents, bool Keep)
{
    /// <summary>Documents that are added between the two backups.</summary>
    public int Added => Documents / 10;
}
