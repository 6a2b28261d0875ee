using Microsoft.Data.Sqlite;

namespace AlfrescoBackupFlows.Embedded.Journal;

internal static class SqliteScript
{
    public static void ExecuteScript(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
