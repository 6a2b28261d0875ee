using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// A dump tool or client, of MariaDB or of MySQL, found and asked for its version. The password goes through MYSQL_PWD in the child's environment:
/// arguments are visible to every user, and an option file would stay behind after a <c>kill -9</c> and needs escapes that differ between versions.
/// A process's environment is readable by its own user and root only, like such a file. Option files of the user are not read, nor is a login path:
/// what they say about some other server, or a password there, would win.
/// </summary>
internal sealed partial record MySqlTool(string File, bool IsMariaDb, Version Version)
{
    /// <summary>The dump tool for a server of this kind, or the other vendor's where only that one is there.</summary>
    public static Task<MySqlTool> FindDumpAsync(DatabaseConnection target, bool mariaDbServer, CancellationToken cancellationToken) =>
        FindAsync(target, mariaDbServer ? ["mariadb-dump", "mysqldump"] : ["mysqldump", "mariadb-dump"], cancellationToken);

    /// <summary>The client, likewise.</summary>
    public static Task<MySqlTool> FindClientAsync(DatabaseConnection target, bool mariaDbServer, CancellationToken cancellationToken) =>
        FindAsync(target, mariaDbServer ? ["mariadb", "mysql"] : ["mysql", "mariadb"], cancellationToken);

    public ToolCommand Command(DatabaseConnection target, params IReadOnlyList<string> arguments) => new(
        File,
        [
            "--no-defaults",
            $"--host={target.Host}",
            $"--port={target.Port.ToString(CultureInfo.InvariantCulture)}",
            $"--user={target.Username}",

            // 'localhost' would mean the socket of whatever server runs here.
            "--protocol=tcp",
            "--default-character-set=utf8mb4",
            "--max-allowed-packet=1G",
            .. MySqlTls.Arguments(target, IsMariaDb),
            .. arguments,
            "--",
            target.Database,
        ],
        Environment(target));

    private static async Task<MySqlTool> FindAsync(DatabaseConnection target, string[] tools, CancellationToken cancellationToken)
    {
        var names = target.Names;
        var place = target.ToolPath is { } path ? $"in '{path}'" : "on the search path";
        var file = ToolLocator.Find(target.ToolPath, tools)
            ?? throw new PermanentException(names.Kind, $"{names.ToolPath}: {string.Join(" or ", tools)} is not found {place}; install the server's client tools or name their directory");
        ToolExit exit;
        var text = string.Empty;
        try
        {
            exit = await ToolProcess.RunAsync(
                new ToolCommand(file, ["--no-defaults", "--version"], Environment(target)),
                input: null,
                async (output, token) => text = await new StreamReader(output).ReadToEndAsync(token),
                cancellationToken);
        }
        catch (Win32Exception exception)
        {
            throw new PermanentException(names.Kind, $"{names.ToolPath}: {file} cannot be started ({exception.Message}); mend its rights or name another directory", exception);
        }

        // "Ver 10.19 Distrib 10.11.6-MariaDB", "from 11.4.2-MariaDB, client 15.2", "Ver 8.0.36", "Ver 10.13 Distrib 5.7.44".
        var mariaDb = MariaDbVersion().Match(text);
        var match = mariaDb.Success ? mariaDb : MySqlVersion().Match(text);
        return exit.Code == 0 && match.Success
            ? new MySqlTool(file, mariaDb.Success, Version.Parse(match.Groups["version"].Value))
            : throw new PermanentException(names.Kind, $"{names.ToolPath}: {file} --version fails ({exit.Reason(static _ => false)}); reinstall it or name another directory");
    }

    private static Dictionary<string, string?> Environment(DatabaseConnection target) => new(StringComparer.Ordinal)
    {
        ["MYSQL_PWD"] = target.Password?.Reveal(),
        ["MYSQL_HOST"] = null,
        ["MYSQL_TCP_PORT"] = null,
        ["MYSQL_UNIX_PORT"] = null,
        ["MYSQL_TEST_LOGIN_FILE"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
        ["LC_ALL"] = "C",
    };

    [GeneratedRegex(@"(?<version>\d+\.\d+\.\d+)-MariaDB", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MariaDbVersion();

    [GeneratedRegex(@"(Distrib|Ver) (?<version>\d+\.\d+\.\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MySqlVersion();
}
