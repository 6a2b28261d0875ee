using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// The URL of a server, <c>postgresql://user@host:port</c> with a query as that of a database, or with a database that
/// is connected to where others are made.
/// </summary>
public static class ServerUrl
{
    /// <summary>The URL of one database on it.</summary>
    public static string Of(string url, string database)
    {
        (string server, _, string query) = Split(url);
        return $"{server}/{database}{query}";
    }

    /// <summary>How to reach the server itself.</summary>
    /// <param name="setting">The name of the setting, for errors.</param>
    /// <exception cref="PermanentException">Kind Configuration: malformed, no user, or a password in it.</exception>
    public static DatabaseConnection Parse(string url, Secret? password, string? toolPath, string setting)
    {
        (string server, string? database, string query) = Split(url);
        string any = database ?? DatabaseVendors.Find(SchemeOf(server))?.AnyDatabase ?? "any";
        return DatabaseConnection.FromRestoreUrl(
            $"{server}/{any}{query}",
            password,
            toolPath,
            names: DatabaseSettingNames.RestoreTarget with
            {
                Url = setting,
                Username = setting,
                Password =
                    setting == "drill.server" ? "drill.passwordFile" : DatabaseSettingNames.RestoreTarget.Password,
            }
        );
    }

    private static string SchemeOf(string server)
    {
        const string Jdbc = "jdbc:";
        bool isJdbc = server.StartsWith(Jdbc, StringComparison.OrdinalIgnoreCase);
        return server[(isJdbc ? Jdbc.Length : 0)..].Split(':')[0].ToLowerInvariant();
    }

    private static (string Server, string? Database, string Query) Split(string url)
    {
        int question = url.IndexOf('?', StringComparison.Ordinal);
        string place = question < 0 ? url : url[..question];
        int authority = place.IndexOf("//", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0;
        int slash = place.IndexOf('/', authority);
        string? database = slash < 0 || slash == place.Length - 1 ? null : place[(slash + 1)..];
        return (slash < 0 ? place : place[..slash], database, question < 0 ? string.Empty : url[question..]);
    }
}
