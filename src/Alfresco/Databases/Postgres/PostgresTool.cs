using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// <c>pg_dump</c> or <c>psql</c>, found and asked for its version. Host, user, database and password go through the
/// child's environment: arguments are visible to every user, a database name with '=' in it would be taken for a
/// connection string, and a password file would stay behind after a <c>kill -9</c>. A process's environment is readable
/// by its own user and root only, like such a file.
/// </summary>
internal sealed partial record PostgresTool(string File, string Version, int Major)
{
    /// <summary>
    /// Where no file is: libpq takes one from the home directory of whoever started this where it is not told of
    /// another.
    /// </summary>
    private static readonly string Nowhere = OperatingSystem.IsWindows() ? @"NUL\none" : "/dev/null/none";

    /// <summary>Of the server that it was looked for.</summary>
    public ServerLogin Login { get; init; }

    public static async Task<PostgresTool> FindAsync(
        DatabaseConnection target,
        string name,
        CancellationToken cancellationToken
    )
    {
        var names = target.Names;
        string place = target.ToolPath is { } path ? $"in '{path}'" : "on the search path";
        string file =
            ToolLocator.Find(target.ToolPath, name)
            ?? throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {name} is not found {place}; install PostgreSQL's client of the server's "
                    + "version, or name its directory"
            );
        ToolExit exit;
        string text;
        try
        {
            (exit, text) = await ToolAnswer.AskAsync(
                new ToolCommand(file, ["--version"], new Dictionary<string, string> { ["LC_ALL"] = "C" }),
                cancellationToken
            );
        }
        catch (Win32Exception exception)
        {
            throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {file} cannot be started ({exception.Message}); correct its rights or name "
                    + "another directory",
                exception
            );
        }

        var match = VersionNumber().Match(text);
        if (exit.Code != 0 || !match.Success)
        {
            throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {file} --version fails ({exit.Reason(static _ => false)}); reinstall it or name "
                    + "another directory"
            );
        }

        int major = MajorOf(match.Groups["version"].Value);
        return new PostgresTool(file, match.Groups["version"].Value, major)
        {
            Login = await PostgresProof.LookAsync(target, major, cancellationToken),
        };
    }

    /// <param name="application">The session's <c>application_name</c>, by which it is found at the server.</param>
    public ToolCommand Command(DatabaseConnection target, string application, params IReadOnlyList<string> arguments) =>
        new(File, arguments, Environment(target, application));

    /// <summary>9.6 counts as 906, 15.4 as 1500: what must agree between a tool and a server.</summary>
    public static int MajorOf(string version)
    {
        string[] parts = version.Split('.');
        int first = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return first >= 10 || parts.Length < 2
            ? first * 100
            : (first * 100) + int.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    private Dictionary<string, string> Environment(DatabaseConnection target, string application)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGHOST"] = target.Host,
            ["PGPORT"] = target.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = target.Username,
            ["PGDATABASE"] = target.Database,
            ["PGSSLMODE"] = PostgresTls.LibpqMode(target),
            ["PGSSLROOTCERT"] = PostgresTls.RootCertificate(target) ?? Nowhere,
            ["PGSSLCERT"] = PostgresTls.ClientCertificate(target) ?? Nowhere,
            ["PGSSLKEY"] = PostgresTls.ClientKey(target) ?? Nowhere,
            ["PGSSLCRL"] = Nowhere,
            ["PGPASSFILE"] = Nowhere,
            ["HOME"] = Nowhere,
            ["PGAPPNAME"] = application,
            ["PGOPTIONS"] = PostgresSession.StartOptions(target),
            ["PGCLIENTENCODING"] = "UTF8",
            ["PGTZ"] = "UTC",
            ["PGDATESTYLE"] = "ISO, MDY",
            ["PGCONNECT_TIMEOUT"] = "15",
            ["PGGSSENCMODE"] = "disable",
            ["LC_ALL"] = "C",
        };
        if (PostgresTls.RequiredMethods(target) is { } methods)
        {
            // Known to the tools of PostgreSQL 16 and later.
            variables["PGREQUIREAUTH"] = methods.ToLowerInvariant();
        }

        if (target.Password is { } password && Login is not ServerLogin.Open)
        {
            variables["PGPASSWORD"] = password.Reveal();
        }

        return variables;
    }

    [GeneratedRegex(
        @"\(PostgreSQL\) (?<version>\d+(\.\d+)*)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VersionNumber();
}
