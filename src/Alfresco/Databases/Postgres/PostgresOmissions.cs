using System.Text.RegularExpressions;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Statements of a dump that a target refuses without a loss: what is said of an extension or of the schema
/// <c>public</c> that belongs to somebody else there, and settings that an older server does not know. They are left
/// out, and that is said.
/// </summary>
/// <param name="user">Restores.</param>
/// <param name="othersExtensions">Are in the target already.</param>
/// <param name="settings">That the server knows.</param>
internal sealed partial class PostgresOmissions(
    string user,
    IReadOnlySet<string> othersExtensions,
    bool publicIsOthers,
    IReadOnlySet<string> settings
)
{
    private readonly List<string> _said = [];

    /// <summary>One line for each statement that was left out.</summary>
    public IReadOnlyList<string> Said => _said;

    public static async Task<PostgresOmissions> LookAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        const string Extensions =
            "SELECT extname::text FROM pg_catalog.pg_extension WHERE NOT pg_has_role(extowner, 'USAGE')";
        const string Public =
            "SELECT nspname::text FROM pg_catalog.pg_namespace "
            + "WHERE nspname = 'public' AND NOT pg_has_role(nspowner, 'USAGE')";
        const string Settings = "SELECT lower(name) FROM pg_catalog.pg_settings";
        return new PostgresOmissions(
            target.Username,
            (await SessionQueries.ListAsync(session, Extensions, cancellationToken)).ToHashSet(StringComparer.Ordinal),
            (await SessionQueries.ListAsync(session, Public, cancellationToken)).Count > 0,
            (await SessionQueries.ListAsync(session, Settings, cancellationToken)).ToHashSet(StringComparer.Ordinal)
        );
    }

    /// <param name="statement">Without its semicolon.</param>
    public bool LeavesOut(string statement)
    {
        statement = statement.Trim();
        if (OfObject().Match(statement) is { Success: true } of)
        {
            string name = of.Groups["name"].Value;
            name = name.StartsWith('"') ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : name;
            bool isOthers =
                of.Groups["kind"].Value == "EXTENSION"
                    ? othersExtensions.Contains(name)
                    : name == "public" && publicIsOthers;
            if (isOthers)
            {
                _said.Add($"left out, because '{user}' does not own it in the target: {of.Value}");
            }

            return isOthers;
        }

        if (Setting().Match(statement) is { Success: true } set && !settings.Contains(set.Groups["name"].Value))
        {
            _said.Add($"left out, because the target's server does not know it: {set.Value}");
            return true;
        }

        return false;
    }

    [GeneratedRegex(
        """^(COMMENT ON|ALTER) (?<kind>EXTENSION|SCHEMA) (?<name>"([^"]|"")+"|\w+)(?= (IS|OWNER TO)\s)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OfObject();

    [GeneratedRegex(
        "^SET (?<name>[a-z_]+)(?= = )",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Setting();
}
