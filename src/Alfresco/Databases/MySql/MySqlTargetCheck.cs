using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>What is looked at in a target before anything is written: all that is wrong is said at once.</summary>
internal sealed class MySqlTargetCheck(MySqlConnection session, MySqlServer server, DatabaseConnection connection)
{
    public async Task<DatabaseFacts> RunAsync(DumpOrigin dump, CancellationToken cancellationToken)
    {
        var findings = new CheckFindings();
        await findings.TryAsync(() => MySqlGrants.RequireWritableAsync(session, connection, cancellationToken));
        await findings.TryAsync(() => MySqlContents.RequireNoneAsync(session, connection, cancellationToken));
        await findings.TryAsync(() => RequireVersionAsync(dump));
        MySqlTool? tool = null;
        await findings.TryAsync(async () =>
            tool = await MySqlTool.FindClientAsync(connection, server.IsMariaDb, cancellationToken)
        );
        findings.ThrowIfAny();
        return new DatabaseFacts(
            server.Vendor,
            server.Version.ToString(),
            tool!.File,
            tool.Version.ToString(),
            0,
            [
                .. server.Compare(connection, tool).Select(static notice => notice.Line),
                .. Warn(dump),
                .. await WarnOfCharacterSetAsync(cancellationToken),
            ]
        );
    }

    /// <summary>What a newer server's dump says, an older one mostly does not know.</summary>
    private Task RequireVersionAsync(DumpOrigin dump) =>
        string.Equals(server.Vendor, dump.Vendor, StringComparison.OrdinalIgnoreCase)
        && Version.TryParse(dump.ServerVersion, out var version)
        && server.Version < new Version(version.Major, version.Minor)
            ? throw new PermanentException(
                connection.Names.Kind,
                $"{connection.Names.Url}: the target's server {server.Version} is older than the dump's "
                    + $"{dump.ServerVersion}; name a database on a server of that version or a later one"
            )
            : Task.CompletedTask;

    private IEnumerable<string> Warn(DumpOrigin dump)
    {
        if (!string.Equals(server.Vendor, dump.Vendor, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{connection.Names.Url}: the dump is {dump.Vendor}'s, the target {server.Vendor}'s; what it "
                + "does not know fails the restore";
        }

        if (Version.TryParse(dump.ToolVersion, out Version? maker) && MySqlFaults.AreIn(maker))
        {
            yield return $"the dump was made by version {maker} of the dump tool, into whose dumps a hostile server could "
                + "put statements: "
                + "restore it only if its server was your own; commands for the client are never run";
        }
    }

    /// <summary>The tables of a dump say theirs; those that Alfresco adds later take the database's.</summary>
    private async Task<IEnumerable<string>> WarnOfCharacterSetAsync(CancellationToken cancellationToken)
    {
        const string Own = "SELECT CAST(@@character_set_database AS CHAR)";
        string set = (await SessionQueries.ListAsync(session, Own, cancellationToken))[0];
        return set.StartsWith("utf8", StringComparison.Ordinal)
            ? []
            :
            [
                $"{connection.Names.Url}: database '{connection.Database}' has the character set {set}; Alfresco expects "
                    + $"utf8mb4: ALTER DATABASE `{connection.Database}` CHARACTER SET utf8mb4",
            ];
    }
}
