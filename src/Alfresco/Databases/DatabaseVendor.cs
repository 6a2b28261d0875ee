namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>The databases whose own tools are driven. MariaDB and MySQL speak one protocol and differ in their tools.</summary>
public enum DatabaseVendor
{
    PostgreSql,
    MySql,
    MariaDb,
}
