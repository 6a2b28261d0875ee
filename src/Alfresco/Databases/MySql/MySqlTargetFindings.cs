using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// What the dump names and the target lacks. A load finds one of these at its end; here all are found at once, before
/// anything is written.
/// </summary>
internal sealed class MySqlTargetFindings(MySqlConnection session, DatabaseConnection target, MySqlDumpNames dump)
{
    private const int MaxNamed = 20;

    /// <summary>What the tool writes for every table.</summary>
    private static readonly string[] Always =
    [
        "SELECT",
        "INSERT",
        "CREATE",
        "DROP",
        "ALTER",
        "INDEX",
        "REFERENCES",
        "LOCK TABLES",
    ];

    private readonly List<string> _lines = [];

    /// <exception cref="PermanentException">Of the target's kind: a line for each finding.</exception>
    public async Task RequireNoneAsync(CancellationToken cancellationToken)
    {
        await CheckNamesAsync(cancellationToken);
        await CheckRightsAsync(cancellationToken);
        long packet = long.Parse(
            (await ListAsync("SELECT CAST(@@max_allowed_packet AS CHAR)", cancellationToken)).Single(),
            CultureInfo.InvariantCulture
        );
        if (dump.Longest > packet)
        {
            Add(
                $"max_allowed_packet is {packet}, and the dump has a statement of {dump.Longest} bytes: SET GLOBAL "
                    + $"max_allowed_packet = {Math.Min(1L << 30, ((dump.Longest >> 10) + 1) << 10)}, and in its configuration"
            );
        }

        if (_lines.Count > 0)
        {
            throw new PermanentException(target.Names.Kind, string.Join('\n', _lines));
        }
    }

    private async Task CheckNamesAsync(CancellationToken cancellationToken)
    {
        HashSet<string> collations = await SetAsync(
            "SELECT collation_name FROM information_schema.collations",
            cancellationToken
        );
        if (
            (
                await ListAsync(
                    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'information_schema' AND "
                        + "LOWER(table_name) = 'collation_character_set_applicability' AND LOWER(column_name) = "
                        + "'full_collation_name'",
                    cancellationToken
                )
            ).Count > 0
        )
        {
            collations.UnionWith(
                await ListAsync(
                    "SELECT full_collation_name FROM information_schema.collation_character_set_applicability",
                    cancellationToken
                )
            );
        }

        Lack("collations", dump.Collations, collations);
        Lack(
            "character sets",
            dump.CharacterSets,
            await SetAsync("SELECT character_set_name FROM information_schema.character_sets", cancellationToken)
        );
        Lack(
            "storage engines",
            dump.Engines,
            await SetAsync(
                "SELECT engine FROM information_schema.engines WHERE support IN ('YES', 'DEFAULT')",
                cancellationToken
            )
        );
    }

    private void Lack(string what, SortedSet<string> named, HashSet<string> present)
    {
        string[] missing = [.. named.Where(name => !IsIn(present, name))];
        if (missing.Length > 0)
        {
            Add(
                $"the dump names {what} that the server lacks: {Names(missing)}. Restore into a server of the dump's "
                    + "version and product"
            );
        }
    }

    /// <summary>The three-byte character set has two names.</summary>
    private static bool IsIn(HashSet<string> present, string name) =>
        present.Contains(name)
        || (IsUtf8(name, "utf8mb3") && present.Contains("utf8" + name["utf8mb3".Length..]))
        || (IsUtf8(name, "utf8") && present.Contains("utf8mb3" + name["utf8".Length..]));

    private static bool IsUtf8(string name, string set) =>
        name.Equals(set, StringComparison.OrdinalIgnoreCase)
        || name.StartsWith(set + "_", StringComparison.OrdinalIgnoreCase);

    private async Task CheckRightsAsync(CancellationToken cancellationToken)
    {
        MySqlGrants rights = await MySqlGrants.ReadAsync(session, cancellationToken);
        string[] lacking = [.. rights.Lacking([.. Always, .. dump.Rights])];
        if (lacking.Length > 0)
        {
            Add(
                $"'{target.Username}' lacks rights that the dump needs: {Names(lacking)}. GRANT ALL PRIVILEGES ON "
                    + $"`{target.Database}`.* to it"
            );
        }

        string user = (await ListAsync("SELECT CURRENT_USER()", cancellationToken)).Single();
        string[] others = [.. dump.Definers.Where(definer => definer != user)];
        if (others.Length > 0 && !rights.HasAny("SUPER", "SET USER", "SET_USER_ID", "SET_ANY_DEFINER"))
        {
            Add(
                $"'{target.Username}' may not make these the definers of views, triggers and routines, as the dump does: "
                    + $"{Names(others)}. GRANT SET USER (MariaDB) or SET_USER_ID (MySQL) ON *.* to it, or restore as a user "
                    + "with SUPER"
            );
        }

        const string Wary =
            "SHOW VARIABLES WHERE (variable_name = 'log_bin' AND value = 'ON') OR (variable_name = "
            + "'log_bin_trust_function_creators' AND value = 'OFF')";
        if (dump.HasFunctions && !rights.HasAny("SUPER") && (await ListAsync(Wary, cancellationToken)).Count == 2)
        {
            Add(
                "the server has a binary log and takes functions and triggers, which the dump has, from users with SUPER "
                    + "alone: SET GLOBAL log_bin_trust_function_creators = 1"
            );
        }
    }

    private async Task<HashSet<string>> SetAsync(string sql, CancellationToken cancellationToken) =>
        new(await ListAsync(sql, cancellationToken), StringComparer.OrdinalIgnoreCase);

    private Task<List<string>> ListAsync(string sql, CancellationToken cancellationToken) =>
        SessionQueries.ListAsync(session, sql, cancellationToken);

    private void Add(string text) => _lines.Add($"{target.Names.Url}: {target.Place}: {text}");

    private static string Names(string[] names) =>
        string.Join(", ", names.Take(MaxNamed))
        + (names.Length > MaxNamed ? $" and {names.Length - MaxNamed} more" : string.Empty);
}
