using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>What the user of a restore may do, as SHOW GRANTS says it.</summary>
/// <param name="OnServer">Rights on <c>*.*</c>.</param>
/// <param name="OnDatabase">Rights on the database, those on the server included.</param>
/// <param name="IsComplete">False where a role gives more, which is not listed.</param>
internal sealed partial record MySqlGrants(
    IReadOnlySet<string> OnServer,
    IReadOnlySet<string> OnDatabase,
    bool IsComplete
)
{
    private const string All = "ALL PRIVILEGES";

    /// <summary>Those of the names that are lacking, as far as that is known.</summary>
    public IEnumerable<string> Lacking(IEnumerable<string> rights) =>
        !IsComplete || OnDatabase.Contains(All) ? [] : rights.Where(right => !OnDatabase.Contains(right));

    /// <summary>Whether the user has one of these on the server, or may have.</summary>
    public bool HasAny(params IEnumerable<string> rights) =>
        !IsComplete || OnServer.Contains(All) || rights.Any(OnServer.Contains);

    public static async Task<MySqlGrants> ReadAsync(MySqlConnection session, CancellationToken cancellationToken)
    {
        HashSet<string> server = [];
        HashSet<string> database = [];
        bool isComplete = true;
        foreach (string line in await SessionQueries.ListAsync(session, "SHOW GRANTS", cancellationToken))
        {
            if (Grant().Match(line) is not { Success: true } grant)
            {
                // A role, of which MySQL lists nothing.
                isComplete &= line.Contains(" ON ", StringComparison.Ordinal);
                continue;
            }

            string place = grant.Groups["database"].Value;
            string[] rights = grant.Groups["rights"].Value.Split(", ");
            if (place == "*")
            {
                server.UnionWith(rights);
                database.UnionWith(rights);
            }
            else if (
                await MySqlSession.IsLikeAsync(
                    session,
                    place[1..^1].Replace("``", "`", StringComparison.Ordinal),
                    cancellationToken
                )
            )
            {
                database.UnionWith(rights);
            }
        }

        return new MySqlGrants(server, database, isComplete);
    }

    /// <summary>A replica, or a server that is shut for changes.</summary>
    public static async Task RequireWritableAsync(
        MySqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        const string Shut =
            "SHOW VARIABLES WHERE variable_name IN ('read_only', 'super_read_only', 'innodb_read_only', 'tx_read_only', "
            + "'transaction_read_only') AND value NOT IN ('OFF', '0', '')";
        if (await SessionQueries.ListAsync(session, Shut, cancellationToken) is [var name, ..])
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: {target.Host}:{target.Port} is read-only ({name}): name the primary where it is a "
                    + $"replica; otherwise SET GLOBAL {name} = 0, or change it in the server's configuration"
            );
        }
    }

    [GeneratedRegex(
        @"^GRANT (?<rights>.+?) ON (?<database>\*|`(?:[^`]|``)+`)\.\* TO ",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Grant();
}
