using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>
/// What <c>docs/install.md</c> and <c>docs/restore.md</c> tell to type is typed, in their order, against a real server.
/// Paths lie beneath a directory of the test; commands that change the machine itself are noted instead.
/// </summary>
[Trait("needs", "server")]
public sealed partial class RunbookTests : IDisposable
{
    /// <summary>
    /// Users and services are the machine's. What root may write, although its mode is 0400, another user may not.
    /// </summary>
    private const string Machine = """
        useradd() { :; }
        usermod() { :; }
        systemctl() { echo "systemctl $*" >>"$noted"; }
        sudo() { test "$1" = -u; shift 2; "$@"; }
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

    private readonly TempDirectory _directory = new();

    [Fact]
    public async Task The_commands_of_install_and_restore_do_what_they_say_as_they_stand()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using PostgresServer server = await PostgresServer.StartAsync(new PostgresServerOptions());
        string install = DocumentedCommands.Page("install.md");
        string restore = DocumentedCommands.Page("restore.md");
        SampleInstallation sample = await InstallAlfrescoAsync(server, token);
        string original = _directory.Combine("original");
        await Shell.RunAsync("cp -a \"$1\" \"$2\"", sample.Root, original);

        // Install, and the first backup.
        await TypeAsync(server, Link().Match(DocumentedCommands.Section(install, "Build")).Value);
        await TypeAsync(server, Section(install, "User and files", "sh"));
        await File.WriteAllTextAsync(
            In("/etc/abf/abf.json"),
            Here(server, Section(install, "Configuration", "json")),
            token
        );
        await TypeAsync(server, Section(install, "Configuration", "sh"));
        string password = (await File.ReadAllTextAsync(In("/etc/abf/db-password"), token)).Trim();
        await AskAsync(
            server,
            FirstSql(Section(install, "Least rights", "sql")).Replace("...", password, StringComparison.Ordinal)
        );
        string backup = await TypeAsync(server, Section(install, "First backup", "sh"));
        Assert.Matches("set [^ ]+: consistent\n", backup);
        Assert.Contains("\nsound\n", backup);

        // The disaster, and the way back.
        await TypeAsync(server, Section(restore, "1. Stop", "sh"));
        Assert.Contains("consistent", await TypeAsync(server, Section(restore, "2. Look", "sh")));
        await TypeAsync(server, Section(restore, "3. Move aside, never merge", "sh"));
        await AskAsync(server, FirstSql(Section(restore, "3. Move aside, never merge", "sql")));
        Assert.Contains(" 0 are missing", await TypeAsync(server, Section(restore, "4. Restore", "sh")));
        foreach (string root in (string[])["contentstore", "contentstore.deleted", "keystore"])
        {
            await Shell.AssertSameContentAsync(Path.Combine(original, root), Path.Combine(sample.Root, root));
        }

        Assert.Equal(await Shell.DumpAsync(server, "alfresco_broken"), await Shell.DumpAsync(server, "alfresco"));

        // Alfresco runs again, and with it its own job.
        await sample.RunIndexBackupJobAsync(token);
        Assert.Contains(": consistent", await TypeAsync(server, Section(restore, "6. Start", "sh")));
        Assert.Equal(
            [
                "systemctl stop tomcat",
                "systemctl disable --now abf-backup.timer",
                "systemctl stop abf-backup.service abf-serve.service",
                "systemctl start tomcat",
                "systemctl enable --now abf-backup.timer",
            ],
            await File.ReadAllLinesAsync(_directory.Combine("noted"), token)
        );
    }

    [Fact]
    public void Every_message_that_the_runbook_quotes_is_one_of_the_programs()
    {
        string table = DocumentedCommands.Section(
            DocumentedCommands.Page("restore.md"),
            "When something is in the way"
        );
        string[] quoted =
        [
            .. table
                .Split('\n')
                .Where(row => row.StartsWith("| ", StringComparison.Ordinal))
                .SelectMany(row => Quotation().Matches(row.Split('|')[1]).Select(match => match.Groups["text"].Value)),
        ];
        string source = string.Concat(
            Directory
                .EnumerateFiles(DocumentedCommands.Source, "*.cs", SearchOption.AllDirectories)
                .Select(file => Joint().Replace(File.ReadAllText(file), string.Empty))
        );

        Assert.True(quoted.Length >= 8, $"only {quoted.Length} messages are quoted");
        Assert.All(quoted, message => Assert.Contains(message, source, StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    private async Task<SampleInstallation> InstallAlfrescoAsync(PostgresServer server, CancellationToken token)
    {
        const string Password = "alf-9-co";
        await AskAsync(server, $"CREATE ROLE alfresco LOGIN PASSWORD '{Password}';");
        await AskAsync(server, "CREATE DATABASE alfresco OWNER alfresco;");
        foreach (
            string directory in (string[])
                ["/opt/alfresco/tomcat/shared/classes", "/usr/local/bin", "/root", "/srv", "/var/lib", "/etc"]
        )
        {
            Directory.CreateDirectory(In(directory));
        }

        Directory.CreateSymbolicLink(In("/opt/abf"), AppContext.BaseDirectory.TrimEnd('/'));
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
        File.Move(sample.PropertiesFile, In("/opt/alfresco/tomcat/shared/classes/alfresco-global.properties"));
        return sample;
    }

    private static string Section(string page, string heading, string language) =>
        DocumentedCommands.Blocks(DocumentedCommands.Section(page, heading), language);

    /// <summary>That of PostgreSQL stands before that of MariaDB.</summary>
    private static string FirstSql(string blocks) => blocks[..blocks.IndexOf("\n\n", StringComparison.Ordinal)];

    private string In(string path) => _directory.Path + path;

    /// <summary>The same on the test's own paths, server and user.</summary>
    private string Here(PostgresServer server, string text) =>
        Root()
            .Replace(text, _directory.Path)
            .Replace("localhost:5432", $"{server.Host}:{server.Port}", StringComparison.Ordinal)
            .Replace("--owner alfresco:alfresco", "--owner \"$(id -u):$(id -g)\"", StringComparison.Ordinal);

    /// <summary>Types a block into a shell that stops at the first failure; returns what it showed.</summary>
    private Task<string> TypeAsync(PostgresServer server, string block) =>
        Shell.RunAsync(
            $"""
            noted="$1/noted"; export PATH="$1/usr/local/bin:$PATH"; unset SUDO_USER
            export ABF__INSTALLATION__DATABASE__TOOLPATH="$2" ABF__INSTALLATION__INDEX__CRON='0 0 3 1 1 ? 2099'
            mkdir -p "$1/etc/abf"; cd "$1/etc/abf"
            {Machine}
            {Here(server, block)}
            """,
            _directory.Path,
            PostgresServer.BinDirectory
        );

    private static Task<string> AskAsync(PostgresServer server, string sql) =>
        Shell.RunAsync(
            "printf '%s\\n' \"$5\" | PGPASSWORD=\"$4\" \"$1/psql\" --host \"$2\" --port \"$3\" --username postgres -v ON_ERROR_STOP=1 --no-psqlrc --quiet",
            PostgresServer.BinDirectory,
            server.Host,
            $"{server.Port}",
            server.Password,
            sql
        );

    [GeneratedRegex("^ln -s .*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\w.])(?=/(opt|etc|var|srv|root|usr/local)\b)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Root();

    [GeneratedRegex(@"\*(?<text>[^*]+)\*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quotation();

    /// <summary>Between two parts of a message.</summary>
    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"", RegexOptions.None, 10_000)]
    private static partial Regex Joint();
}
