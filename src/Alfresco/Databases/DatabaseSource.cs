using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>Opens a database by its vendor.</summary>
public static class DatabaseSource
{
    public static IDatabaseSource Create(DatabaseConnection connection) => connection.Vendor switch
    {
        DatabaseVendor.PostgreSql => new PostgresSource(connection),
        _ => new MySqlSource(connection),
    };
}

/// <summary>Opens a restore's database by its vendor.</summary>
public static class DatabaseTarget
{
    public static IDatabaseTarget Create(DatabaseConnection connection) => connection.Vendor switch
    {
        DatabaseVendor.PostgreSql => new PostgresTarget(connection),
        _ => new MySqlTarget(connection),
    };
}
