using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform.Errors;
using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>What the server says it is; a <c>mysql://</c> URL may well lead to MariaDB.</summary>
internal sealed partial record MySqlServer(bool IsMariaDb, Version Version)
{
    public string Vendor => IsMariaDb ? "MariaDB" : "MySQL";

    public static MySqlServer Of(MySqlConnection session)
    {
        // MariaDB may put "5.5.5-" before its version, for old replicas.
        string text = session.ServerVersion;
        bool mariaDb = text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        var match = Number().Match(text.StartsWith("5.5.5-", StringComparison.Ordinal) ? text[6..] : text);
        return new MySqlServer(mariaDb, Version.Parse(match.Value));
    }

    /// <summary>A tool of the other vendor, or an older one, mostly works; said, not refused.</summary>
    public IReadOnlyList<Notice> Compare(DatabaseConnection target, MySqlTool tool)
    {
        if (tool.IsMariaDb != IsMariaDb)
        {
            string maker = tool.IsMariaDb ? "MariaDB" : "MySQL";
            return
            [
                Notice.OfLine(
                    "dump-tool-foreign",
                    $"{target.Names.ToolPath}: {tool.File} is {maker}'s, the server is {Vendor} {Version}; better use "
                        + "the server's own tools",
                    "what only one of the two vendors knows may be left out of the dump, or not load"
                ),
            ];
        }

        return new Version(tool.Version.Major, tool.Version.Minor) < new Version(Version.Major, Version.Minor)
                ?
                [
                    Notice.OfLine(
                        "dump-tool-older",
                        $"{target.Names.ToolPath}: {tool.File} is version {tool.Version}, older than the server's "
                            + $"{Version}; better use the server's own tools",
                        "what only the server's version knows may be left out of the dump"
                    ),
                ]
            : tool.Version.Major > Version.Major
                ?
                [
                    new Notice(
                        "dump-tool-newer",
                        $"{target.Names.ToolPath}: {tool.File} is version {tool.Version}, newer than the server's {Version}",
                        $"its dump may not load with the client and the server of version {Version}",
                        "name the directory of the server's own tools"
                    ),
                ]
            : [];
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
