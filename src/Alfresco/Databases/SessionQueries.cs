using System.Data.Common;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>Statements over an open connection, whatever the vendor. What the driver throws is not translated.</summary>
internal static class SessionQueries
{
    public static async Task ExecuteAsync(DbConnection session, string sql, CancellationToken cancellationToken)
    {
        await using DbCommand command = session.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first column of every row.</summary>
    public static async Task<List<string>> ListAsync(
        DbConnection session,
        string sql,
        CancellationToken cancellationToken
    )
    {
        var found = new List<string>();
        await using DbCommand command = session.CreateCommand();
        command.CommandText = sql;
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
