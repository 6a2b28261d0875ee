using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// TLS as the JDBC URL asks for it (<c>sslmode</c>, <c>ssl=true</c>, <c>sslrootcert</c>,
/// <c>sslcert</c>, <c>sslkey</c>), for our own connection and
/// for the tools alike.
/// </summary>
internal static class PostgresTls
{
    private const int MaxCertificateBytes = 4 << 20;

    /// <summary>libpq's word for it; libpq's own default where the URL says nothing.</summary>
    public static string LibpqMode(DatabaseConnection target)
    {
        if (target.Parameters.TryGetValue("sslmode", out string? mode) && mode.Length > 0)
        {
            return mode.ToLowerInvariant();
        }

        return
            target.Parameters.TryGetValue("ssl", out string? ssl)
            && !string.Equals(ssl, "false", StringComparison.OrdinalIgnoreCase)
            ? "require"
            : "prefer";
    }

    public static SslMode SslMode(DatabaseConnection target) =>
        LibpqMode(target) switch
        {
            "disable" => Npgsql.SslMode.Disable,
            "allow" => Npgsql.SslMode.Allow,
            "prefer" => Npgsql.SslMode.Prefer,
            "require" => Npgsql.SslMode.Require,
            "verify-ca" => Npgsql.SslMode.VerifyCA,
            "verify-full" => Npgsql.SslMode.VerifyFull,
            var other => throw new PermanentException(
                ErrorKind.Configuration,
                $"{target.Names.Url}: sslmode={other} is unknown: disable, allow, prefer, require, verify-ca or "
                    + "verify-full"
            ),
        };

    /// <summary>
    /// Where the URL leaves it to the server whether there is TLS, somebody in its place could refuse TLS and ask for the
    /// password in clear text. In Npgsql's words, which are libpq's in capitals; null: any method.
    /// </summary>
    public static string? RequiredMethods(DatabaseConnection target) =>
        LibpqMode(target) is "prefer" or "allow" ? "!Password" : null;

    /// <summary>
    /// Where the URL asks for a check and names none: the one in its standard place, as JDBC takes it. Driver and tools
    /// open it by themselves, and would wait at a pipe for ever: it is looked at before.
    /// </summary>
    public static string? RootCertificate(DatabaseConnection target)
    {
        string? path = target.Parameters.GetValueOrDefault("sslrootcert") is { Length: > 0 } named
            ? named
            : UsualRootCertificate(target);
        try
        {
            if (path is not (null or "system"))
            {
                GivenPath.ReadAll(path, MaxCertificateBytes);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Whether it has to be there depends on sslmode, which driver and tools judge.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                target.Names.Kind,
                $"{target.Names.Url}: sslrootcert '{path}' cannot be read ({e.Message}): name a file with certificates",
                e
            );
        }

        return path;
    }

    private static string? UsualRootCertificate(DatabaseConnection target)
    {
        string home = Environment.GetFolderPath(
            OperatingSystem.IsWindows()
                ? Environment.SpecialFolder.ApplicationData
                : Environment.SpecialFolder.UserProfile
        );
        string usual = Path.Combine(home, OperatingSystem.IsWindows() ? "postgresql" : ".postgresql", "root.crt");
        return LibpqMode(target).StartsWith("verify", StringComparison.Ordinal) && GivenPath.IsFile(usual)
            ? usual
            : null;
    }

    public static string? ClientCertificate(DatabaseConnection target) =>
        ClientKey(target) is null ? null : target.Parameters.GetValueOrDefault("sslcert");

    /// <summary>
    /// A key of JDBC's own form (<c>.pk8</c>) is no one's else: a URL that was written for Alfresco is used without it.
    /// </summary>
    public static string? ClientKey(DatabaseConnection target) =>
        target.Parameters.GetValueOrDefault("sslcert") is { Length: > 0 }
        && target.Parameters.GetValueOrDefault("sslkey") is { Length: > 0 } key
        && !key.EndsWith(".pk8", StringComparison.OrdinalIgnoreCase)
            ? key
            : null;
}
