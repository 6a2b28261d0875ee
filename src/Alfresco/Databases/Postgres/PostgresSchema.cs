using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// In which schema Alfresco's tables are: the one that was named, else the first on the search path by which Alfresco
/// itself connects, else the only one that has them. Names are compared, not looked up: a schema that the user of the
/// backup may not use is found all the same, and the missing right is said.
/// </summary>
internal static class PostgresSchema
{
    private const string WithTables = """
        SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = 'alf_node' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' ORDER BY 1
        """;

    /// <summary>
    /// What the server would give to that user: set for the user in this database, the user, the database, all; else
    /// the server's own.
    /// </summary>
    private const string PathOfUser = """
        SELECT COALESCE(
          (SELECT substr(o.setting, length('search_path=') + 1)
           FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS o(setting)
           WHERE o.setting LIKE 'search\_path=%'
             AND (s.setrole = 0 OR s.setrole = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = @user))
             AND (s.setdatabase = 0
                  OR s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
           ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1),
          (SELECT CASE WHEN source IN ('default', 'configuration file', 'command line', 'environment variable')
                       THEN reset_val ELSE boot_val END
           FROM pg_catalog.pg_settings WHERE name = 'search_path'))
        """;

    /// <returns>Null: no table alf_node is there.</returns>
    /// <exception cref="PermanentException">It is not in the schema that was named, or in several of which none is on
    /// the path.</exception>
    public static async Task<string?> FindAsync(
        NpgsqlConnection session,
        DatabaseConnection target,
        CancellationToken cancellationToken
    )
    {
        List<string> all = await SessionQueries.ListAsync(session, WithTables, cancellationToken);
        if (target.Schema is { } named && all.Contains(named))
        {
            return named;
        }

        // A restore takes what came in: there is nothing that anybody could correct.
        if (target is { Schema: { } wrong, Names.Kind: ErrorKind.Source })
        {
            throw Wrong(
                target,
                $"has no table alf_node in schema '{wrong}'"
                    + (all.Count > 0 ? $", but in {Quoted(all)}; correct {target.Names.Schema}" : string.Empty)
            );
        }

        string user = target.Application ?? target.Username;
        string path =
            target.SearchPath
            ?? await PostgresSession.ScalarAsync<string>(session, PathOfUser, cancellationToken, ("user", user))
            ?? string.Empty;
        if (Names(path).Select(name => name == "$user" ? user : name).FirstOrDefault(all.Contains) is { } onPath)
        {
            return onPath;
        }

        return all.Count <= 1
            ? all.FirstOrDefault()
            : throw Wrong(
                target,
                $"has a table alf_node in the schemas {Quoted(all)}, and the search path of '{user}' "
                    + $"({PlainText.Escape(path)}) names none of them; name Alfresco's with {target.Names.Schema}"
            );
    }

    /// <summary>The names of a search path, as the server reads it: in lower case where they are not quoted.</summary>
    internal static List<string> Names(string path)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        bool quoted = false;
        foreach (char c in path)
        {
            // A doubled quote ends one part and begins the next: it is a part of the name.
            if (c == '"')
            {
                if (!quoted && name.Length > 0)
                {
                    name.Append(c);
                }

                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                End();
            }
            else if (quoted || !char.IsWhiteSpace(c))
            {
                name.Append(quoted ? c : char.ToLowerInvariant(c));
            }
        }

        End();
        return names;

        void End()
        {
            if (name.Length > 0)
            {
                names.Add(name.ToString());
                name.Clear();
            }
        }
    }

    private static string Quoted(IEnumerable<string> schemas) =>
        string.Join(", ", schemas.Take(5).Select(static schema => $"'{PlainText.Escape(schema)}'"));

    private static PermanentException Wrong(DatabaseConnection target, string what) =>
        new(target.Names.Kind, $"{target.Names.Url}: {target.Place} {what}");
}
