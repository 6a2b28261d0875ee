using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>
/// The machine that the pages speak of, with Alfresco on it: what they tell to type is typed here. Paths lie beneath a
/// directory of the test; commands that change the machine itself are noted instead.
/// </summary>
internal sealed partial class DocumentedMachine(PostgresServer server) : IDisposable
{
    /// <summary>
    /// Users, services and packages are the machine's. What root may write, although its mode is 0400, another user may
    /// not.
    /// </summary>
    private const string Stubs = """
        useradd() { :; }
        usermod() { :; }
        alias apt-get=:
        systemctl() { echo "systemctl $*" >>"$noted"; }
        sudo() { test "$1" = -u; shift 2; "$@"; }
        runuser() { test "$1 $3" = "-u --"; shift 3; "$@"; }
        install() {
            arguments=
            while [ $# -gt 0 ]; do
                case "$1" in
                    -o | -g) shift 2 ;;
                    0400) arguments="$arguments 0600"; shift ;;
                    *) arguments="$arguments $1"; shift ;;
                esac
            done
            command install $arguments
        }
        """;

    private const string Properties = "/opt/alfresco/tomcat/shared/classes/alfresco-global.properties";

    private readonly TempDirectory _directory = new();

    /// <summary>Calls of <c>systemctl</c>, a line each.</summary>
    public string Noted => _directory.Combine("noted");

    /// <summary>A path of the machine.</summary>
    public string In(string path) => _directory.Path + path;

    /// <summary>Alfresco with some documents, its database and the role of the same name.</summary>
    public async Task<SampleInstallation> InstallAlfrescoAsync(CancellationToken token)
    {
        const string Password = "alf-9-co";
        await AskAsync($"CREATE ROLE alfresco LOGIN PASSWORD '{Password}';");
        await AskAsync("CREATE DATABASE alfresco OWNER alfresco;");
        string[] directories =
        [
            "/opt/alfresco/tomcat/shared/classes",
            "/usr/local/bin",
            "/root",
            "/srv",
            "/mnt",
            "/var/lib",
            "/etc/abf",
        ];
        foreach (string directory in directories)
        {
            Directory.CreateDirectory(In(directory));
        }

        Directory.CreateSymbolicLink(In("/opt/abf"), Path.GetDirectoryName(AbfRig.Executable)!);
        var sample = new SampleInstallation(
            In("/opt/alfresco"),
            new SampleDatabase(
                () => new NpgsqlConnection(server.ConnectionString("alfresco", "alfresco", Password)),
                $"jdbc:postgresql://{server.Host}:{server.Port}/alfresco",
                "alfresco",
                Password,
                AlfrescoSchema.PostgreSql
            ),
            seed: 12
        );
        await sample.CreateAsync(token);
        await sample.AddDocumentsAsync(20, token);
        File.Move(sample.PropertiesFile, In(Properties));
        return sample;
    }

    /// <summary>The same text on the test's own paths, server and user.</summary>
    public string Here(string text) =>
        Root()
            .Replace(text, _directory.Path)
            .Replace("localhost:5432", $"{server.Host}:{server.Port}", StringComparison.Ordinal)
            .Replace("--owner alfresco:alfresco", "--owner \"$(id -u):$(id -g)\"", StringComparison.Ordinal);

    /// <summary>Types a block into a shell that stops at the first failure; returns what it showed.</summary>
    /// <param name="stubs">Further functions of the shell, typed before the block.</param>
    public Task<string> TypeAsync(string block, string stubs = "") =>
        Shell.RunAsync(
            $"""
            machine="$1" noted="$1/noted"; export PATH="$1/usr/local/bin:$PATH"; unset SUDO_USER
            export ABF__INSTALLATION__DATABASE__TOOLPATH="$2" ABF__INSTALLATION__INDEX__CRON='0 0 3 1 1 ? 2099'
            cd "$1/etc/abf"
            {Stubs}
            {stubs}
            {Here(block)}
            """,
            _directory.Path,
            PostgresServer.BinDirectory
        );

    /// <summary>Runs SQL as the server's superuser.</summary>
    public Task<string> AskAsync(string sql, string database = "postgres") =>
        Shell.RunAsync(
            """
            printf '%s\n' "$5" | PGPASSWORD="$4" "$1/psql" --host "$2" --port "$3" --username postgres --dbname "$6" \
                -v ON_ERROR_STOP=1 --no-psqlrc --quiet
            """,
            PostgresServer.BinDirectory,
            server.Host,
            $"{server.Port}",
            server.Password,
            sql,
            database
        );

    public void Dispose() => _directory.Dispose();

    [GeneratedRegex(@"(?<![\w.])(?=/(opt|etc|var|srv|mnt|root|usr/local)\b)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Root();
}
