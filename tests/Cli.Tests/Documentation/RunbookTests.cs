using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>
/// What <c>docs/install.md</c> and <c>docs/restore.md</c> tell to type is typed, in their order, against a real server.
/// </summary>
[Trait("needs", "server")]
public sealed partial class RunbookTests
{
    [Fact]
    public async Task The_commands_of_install_and_restore_do_what_they_say_as_they_stand()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using PostgresServer server = await PostgresServer.StartAsync(new PostgresServerOptions());
        using var machine = new DocumentedMachine(server);
        string install = DocumentedCommands.Page("install.md");
        string restore = DocumentedCommands.Page("restore.md");
        SampleInstallation sample = await machine.InstallAlfrescoAsync(token);
        string original = machine.In("/original");
        await Shell.RunAsync("cp -a \"$1\" \"$2\"", sample.Root, original);

        // Install, and the first backup.
        await machine.TypeAsync(Link().Match(DocumentedCommands.Section(install, "Build")).Value);
        await machine.TypeAsync(Section(install, "User and files", "sh"));
        await File.WriteAllTextAsync(
            machine.In("/etc/abf/abf.json"),
            machine.Here(Section(install, "Configuration", "json")),
            token
        );
        await machine.TypeAsync(Section(install, "Configuration", "sh"));
        string password = (await File.ReadAllTextAsync(machine.In("/etc/abf/db-password"), token)).Trim();
        await machine.AskAsync(
            FirstSql(Section(install, "Least rights", "sql")).Replace("...", password, StringComparison.Ordinal)
        );
        string backup = await machine.TypeAsync(Section(install, "First backup", "sh"));
        Assert.Matches("set [^ ]+: consistent\n", backup);
        Assert.Contains("\nsound\n", backup);

        // The disaster, and the way back.
        await machine.TypeAsync(Section(restore, "1. Stop", "sh"));
        Assert.Contains("consistent", await machine.TypeAsync(Section(restore, "2. Look", "sh")));
        await machine.TypeAsync(Section(restore, "3. Move aside, never merge", "sh"));
        await machine.AskAsync(FirstSql(Section(restore, "3. Move aside, never merge", "sql")));
        Assert.Contains(" 0 are missing", await machine.TypeAsync(Section(restore, "4. Restore", "sh")));
        foreach (string root in (string[])["contentstore", "contentstore.deleted", "keystore"])
        {
            await Shell.AssertSameContentAsync(Path.Combine(original, root), Path.Combine(sample.Root, root));
        }

        Assert.Equal(await Shell.DumpAsync(server, "alfresco_broken"), await Shell.DumpAsync(server, "alfresco"));

        // Alfresco runs again, and with it its own job.
        await sample.RunIndexBackupJobAsync(token);
        Assert.Contains(": consistent", await machine.TypeAsync(Section(restore, "6. Start", "sh")));
        Assert.Equal(
            [
                "systemctl stop tomcat",
                "systemctl disable --now abf-backup.timer",
                "systemctl stop abf-backup.service abf-serve.service",
                "systemctl start tomcat",
                "systemctl enable --now abf-backup.timer",
            ],
            await File.ReadAllLinesAsync(machine.Noted, token)
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

    private static string Section(string page, string heading, string language) =>
        DocumentedCommands.Blocks(DocumentedCommands.Section(page, heading), language);

    /// <summary>That of PostgreSQL stands before that of MariaDB.</summary>
    private static string FirstSql(string blocks) => blocks[..blocks.IndexOf("\n\n", StringComparison.Ordinal)];

    [GeneratedRegex("^ln -s .*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\*(?<text>[^*]+)\*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quotation();

    /// <summary>Between two parts of a message.</summary>
    [GeneratedRegex("\"\\s*\\+\\s*\\$?\"", RegexOptions.None, 10_000)]
    private static partial Regex Joint();
}
