using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// A dump tool or client, of MariaDB or of MySQL, found and asked for its version. The password goes through MYSQL_PWD
/// in the child's environment: arguments are visible to every user, and an option file would stay behind after a
/// <c>kill -9</c> and needs escapes that differ between versions. A process's environment is readable by its own user
/// and root only, like such a file. Option files of the user are not read, nor is a login path: what they say about
/// some other server, or a password there, would win.
/// </summary>
internal sealed partial record MySqlTool(string File, bool IsMariaDb, Version Version)
{
    /// <summary>
    /// What keeps a client from obeying a dump: no build has all of them. Binary mode, which each has, switches all of
    /// the client's commands off but the delimiter and the character set; the others stand behind it.
    /// </summary>
    private static readonly (string Option, string Argument)[] Restrictions =
    [
        ("sandbox", "--sandbox"),
        ("commands", "--skip-commands"),
        ("system-command", "--skip-system-command"),
    ];

    /// <summary>
    /// MariaDB's tools load what a server asks for, and among their plugins are two that send the password in clear
    /// text. Those that its accounts need here are built in.
    /// </summary>
    private static readonly string[] NoPlugins =
    [
        $"--plugin-dir={(OperatingSystem.IsWindows() ? "NUL" : "/dev/null")}",
    ];

    /// <summary>What the tool was looked for: MariaDB's tools need a plugin for MySQL's accounts.</summary>
    public bool ServerIsMariaDb { get; init; }

    /// <summary>
    /// The arguments by which this client is kept from files and programs of the host that it runs on.
    /// </summary>
    public IReadOnlyList<string> Restricted { get; init; } = [];

    /// <summary>It takes a statement with which its session begins.</summary>
    public bool TakesInitCommand { get; init; }

    /// <summary>The dump tool for a server of this kind, or the other vendor's where only that one is there.</summary>
    public static async Task<MySqlTool> FindDumpAsync(
        DatabaseConnection target,
        bool mariaDbServer,
        CancellationToken cancellationToken
    )
    {
        MySqlTool tool = await FindAsync(
            target,
            mariaDbServer ? ["mariadb-dump", "mysqldump"] : ["mysqldump", "mariadb-dump"],
            mariaDbServer,
            cancellationToken
        );
        HashSet<string> options = OptionsIn(await AskAsync(target, tool.File, "--help", cancellationToken));
        return tool with { TakesInitCommand = options.Contains("init-command") };
    }

    /// <summary>The client, likewise, with what it can be kept from.</summary>
    public static async Task<MySqlTool> FindClientAsync(
        DatabaseConnection target,
        bool mariaDbServer,
        CancellationToken cancellationToken
    )
    {
        MySqlTool tool = await FindAsync(
            target,
            mariaDbServer ? ["mariadb", "mysql"] : ["mysql", "mariadb"],
            mariaDbServer,
            cancellationToken
        );
        string help = await AskAsync(target, tool.File, "--help", cancellationToken);
        HashSet<string> options = OptionsIn(help);
        return tool with
        {
            Restricted =
            [
                .. Restrictions.Where(known => options.Contains(known.Option)).Select(static known => known.Argument),
            ],
            TakesInitCommand = options.Contains("init-command"),
        };
    }

    public ToolCommand Command(DatabaseConnection target, params IReadOnlyList<string> arguments) =>
        new(
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
                .. IsMariaDb && ServerIsMariaDb && !MySqlTls.IsVerified(target) ? NoPlugins : [],
                .. arguments,
                "--",
                target.Database,
            ],
            Environment(target.Password)
        );

    private static async Task<MySqlTool> FindAsync(
        DatabaseConnection target,
        string[] tools,
        bool mariaDbServer,
        CancellationToken cancellationToken
    )
    {
        DatabaseSettingNames names = target.Names;
        string place = target.ToolPath is { } path ? $"in '{path}'" : "on the search path";
        string file =
            ToolLocator.Find(target.ToolPath, tools)
            ?? throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {string.Join(" or ", tools)} is not found {place}; install the server's client tools "
                    + "or name their directory"
            )
            {
                Ids = ["dump-tool-missing"],
            };
        string text = await AskAsync(target, file, "--version", cancellationToken);

        // "Ver 10.19 Distrib 10.11.6-MariaDB", "from 11.4.2-MariaDB, client 15.2", "Ver 8.0.36", "Ver 10.13 Distrib
        // 5.7.44".
        Match mariaDb = MariaDbVersion().Match(text);
        Match match = mariaDb.Success ? mariaDb : MySqlVersion().Match(text);
        return match.Success
            ? new MySqlTool(file, mariaDb.Success, Version.Parse(match.Groups["version"].Value))
            {
                ServerIsMariaDb = mariaDbServer,
            }
            : throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {file} --version names no version; reinstall it or name another directory"
            );
    }

    /// <summary>What a tool says of itself.</summary>
    private static async Task<string> AskAsync(
        DatabaseConnection target,
        string file,
        string question,
        CancellationToken cancellationToken
    )
    {
        DatabaseSettingNames names = target.Names;
        string text;
        ToolExit exit;
        try
        {
            (exit, text) = await ToolAnswer.AskAsync(
                new ToolCommand(file, ["--no-defaults", question], Environment(password: null)),
                cancellationToken
            );
        }
        catch (Win32Exception exception)
        {
            throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {file} cannot be started ({exception.Message}); correct its rights or name another "
                    + "directory",
                exception
            );
        }

        return exit.Code == 0
            ? text
            : throw new PermanentException(
                names.Kind,
                $"{names.ToolPath}: {file} {question} fails ({exit.Reason(static _ => false)}); reinstall it or name "
                    + "another directory"
            );
    }

    private static Dictionary<string, string> Environment(Secret? password)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MYSQL_TEST_LOGIN_FILE"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
            ["LC_ALL"] = "C",
        };
        if (password is not null)
        {
            variables["MYSQL_PWD"] = password.Reveal();
        }

        return variables;
    }

    /// <summary>What this build of the tool knows.</summary>
    private static HashSet<string> OptionsIn(string help) =>
        [.. Option().Matches(help).Select(static option => option.Groups["name"].Value)];

    [GeneratedRegex(
        @"^\s+(-\S, )?--(?<name>[a-z-]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Option();

    [GeneratedRegex(
        @"(?<version>\d+\.\d+\.\d+)-MariaDB",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MariaDbVersion();

    [GeneratedRegex(
        @"(Distrib|Ver) (?<version>\d+\.\d+\.\d+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MySqlVersion();
}
