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
    /// Set by an administrator who has a password file or a client certificate. Whatever else a shell says is about
    /// some other server.
    /// </summary>
    private static readonly string[] Configured = ["PGPASSFILE", "PGSSLCERT", "PGSSLKEY"];

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
        string text = string.Empty;
        try
        {
            exit = await ToolProcess.RunAsync(
                new ToolCommand(file, ["--version"], new Dictionary<string, string> { ["LC_ALL"] = "C" }),
                input: null,
                async (output, token) => text = await new StreamReader(output).ReadToEndAsync(token),
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

        return new PostgresTool(file, match.Groups["version"].Value, MajorOf(match.Groups["version"].Value));
    }

    public ToolCommand Command(DatabaseConnection target, params IReadOnlyList<string> arguments) =>
        new(File, arguments, Environment(target));

    /// <summary>9.6 counts as 906, 15.4 as 1500: what must agree between a tool and a server.</summary>
    public static int MajorOf(string version)
    {
        string[] parts = version.Split('.');
        int first = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return first >= 10 || parts.Length < 2
            ? first * 100
            : (first * 100) + int.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    private static Dictionary<string, string> Environment(DatabaseConnection target)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in Configured)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                variables[name] = value;
            }
        }

        variables["PGHOST"] = target.Host;
        variables["PGPORT"] = target.Port.ToString(CultureInfo.InvariantCulture);
        variables["PGUSER"] = target.Username;
        variables["PGDATABASE"] = target.Database;
        variables["PGSSLMODE"] = PostgresTls.LibpqMode(target);
        variables["PGAPPNAME"] = "abf";
        variables["PGCONNECT_TIMEOUT"] = "15";
        variables["PGGSSENCMODE"] = "disable";
        variables["LC_ALL"] = "C";
        if (PostgresTls.RequiredMethods(target) is { } methods)
        {
            // Known to the tools of PostgreSQL 16 and later.
            variables["PGREQUIREAUTH"] = methods.ToLowerInvariant();
        }

        if (PostgresTls.RootCertificate(target) is { } certificate)
        {
            variables["PGSSLROOTCERT"] = certificate;
        }

        if (target.Password is { } password)
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
