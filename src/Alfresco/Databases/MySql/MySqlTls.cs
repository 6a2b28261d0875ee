using MySqlConnector;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// TLS as the JDBC URL asks for it (<c>sslMode</c>, <c>useSSL</c>), in the words of each driver and tool.
/// </summary>
internal static class MySqlTls
{
    public static MySqlSslMode SslMode(DatabaseConnection target)
    {
        if (target.Parameters.TryGetValue("sslmode", out string? mode))
        {
            return mode.ToUpperInvariant() switch
            {
                "DISABLED" or "DISABLE" => MySqlSslMode.Disabled,
                "REQUIRED" or "TRUST" => MySqlSslMode.Required,
                "VERIFY_CA" or "VERIFY-CA" => MySqlSslMode.VerifyCA,
                "VERIFY_IDENTITY" or "VERIFY-FULL" => MySqlSslMode.VerifyFull,
                _ => MySqlSslMode.Preferred,
            };
        }

        return string.Equals(target.Parameters.GetValueOrDefault("usessl"), "false", StringComparison.OrdinalIgnoreCase)
            ? MySqlSslMode.Disabled
            : MySqlSslMode.Preferred;
    }

    /// <summary>The server is who the certificate says, so nobody in its place gets to ask for anything.</summary>
    public static bool IsVerified(DatabaseConnection target) =>
        SslMode(target) is MySqlSslMode.VerifyCA or MySqlSslMode.VerifyFull;

    public static bool AllowsPublicKeyRetrieval(DatabaseConnection target) =>
        string.Equals(
            target.Parameters.GetValueOrDefault("allowpublickeyretrieval"),
            "true",
            StringComparison.OrdinalIgnoreCase
        );

    public static IReadOnlyList<string> Arguments(DatabaseConnection target, bool mariaDbTool)
    {
        var mode = SslMode(target);
        if (mariaDbTool)
        {
            return mode switch
            {
                MySqlSslMode.Disabled => ["--skip-ssl"],
                MySqlSslMode.VerifyCA or MySqlSslMode.VerifyFull => ["--ssl", "--ssl-verify-server-cert"],
                MySqlSslMode.Required => ["--ssl", "--skip-ssl-verify-server-cert"],
                _ => ["--skip-ssl-verify-server-cert"],
            };
        }

        string word = mode switch
        {
            MySqlSslMode.Disabled => "DISABLED",
            MySqlSslMode.Required => "REQUIRED",
            MySqlSslMode.VerifyCA => "VERIFY_CA",
            MySqlSslMode.VerifyFull => "VERIFY_IDENTITY",
            _ => "PREFERRED",
        };
        return AllowsPublicKeyRetrieval(target)
            ? [$"--ssl-mode={word}", "--get-server-public-key"]
            : [$"--ssl-mode={word}"];
    }
}
