using System.CommandLine;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Commands;
using AlfrescoBackupFlows.Cli.Manual;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Tests.Documentation;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>Manual pages and completions say what the command line takes, since they are made of its
/// definitions.</summary>
public sealed class GenerateCommandTests
{
    private static readonly RootCommand Root = AbfProgram.CreateRoot(new TolerantStream(Stream.Null));

    private static readonly Dictionary<string, string> Files = GenerateCommand
        .FilesOf(Root)
        .ToDictionary(file => file.Name, file => file.Text, StringComparer.Ordinal);

    [Fact]
    public void Every_command_has_its_page_with_its_options_and_exit_codes()
    {
        IReadOnlyList<CommandPage> pages = CommandPage.All(Root);

        Assert.Equal(Files.Keys.Where(name => name.EndsWith(".1", StringComparison.Ordinal)).Count(), pages.Count);
        Assert.All(
            pages,
            page =>
            {
                string text = Files[ManPage.FileOf(page)];
                Assert.StartsWith(".TH ", text, StringComparison.Ordinal);
                Assert.All(
                    page.Options.SelectMany(CommandPage.NamesOf),
                    name => Assert.Contains($"\\fB{name.Replace("-", "\\-", StringComparison.Ordinal)}\\fR", text)
                );
                Assert.Contains("\\-\\-config", text, StringComparison.Ordinal);
                if (page.Command is DocumentedCommand documented)
                {
                    Assert.All(documented.Codes, code => Assert.Contains($"\n.B {code}\n", text));
                }
            }
        );
        Assert.Contains("\\fB\\-\\-accept\\-content\\-loss\\fR", Files["abf-backup.1"], StringComparison.Ordinal);
        Assert.Contains(".BR abf\\-key\\-add (1)", Files["abf-key.1"], StringComparison.Ordinal);
        Assert.DoesNotContain("generate", Files["abf.1"], StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_a_page_is_no_request_and_no_escape_of_the_formatter()
    {
        var command = new RootCommand(".so /etc/passwd \\*[x] \"quoted\" 'single'");

        string page = ManPage.Write(CommandPage.All(command)[0], "1.0.0", []);

        Assert.Contains(
            "\n\\&.so /etc/passwd \\e*[x] \\(dqquoted\\(dq \\(aqsingle\\(aq\n",
            page,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("abf.bash")]
    [InlineData("abf.fish")]
    [InlineData("_abf")]
    public void Every_command_and_every_option_can_be_completed(string script)
    {
        string text = Files[script];
        Assert.All(
            CommandPage.All(Root),
            page =>
            {
                Assert.Contains(page.Name, text, StringComparison.Ordinal);
                Assert.All(
                    page.Options.SelectMany(CommandPage.NamesOf),
                    name => Assert.Contains(script == "abf.fish" ? $" {Fish(name)}" : name, text)
                );
            }
        );

        static string Fish(string name) =>
            name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}";
    }

    /// <summary>What a stranger types first, as the pages have it.</summary>
    [Fact]
    public void The_first_steps_of_the_documentation_are_command_lines_that_are_understood()
    {
        string page = DocumentedCommands.Page("first-use.md");
        string readme = DocumentedCommands.Page("../README.md");
        string[] typed =
        [
            .. (DocumentedCommands.Blocks(page, "sh") + DocumentedCommands.Section(readme, "First steps"))
                .Split('\n')
                .Select(line => Regex.Match(line, @"^(runuser -u abf -- )?(?<command>abf [^#>]+)", Options, Limit))
                .Where(match => match.Success)
                .Select(match => match.Groups["command"].Value.Trim()),
        ];

        Assert.Equal(6, typed.Length);
        Assert.All(typed, command => Assert.Empty(Root.Parse(command[4..]).Errors));
        foreach (Option option in Root.Subcommands.Single(command => command.Name == "setup").Options)
        {
            Assert.Contains($"| `{option.Name}", page, StringComparison.Ordinal);
        }
    }

    private const RegexOptions Options = RegexOptions.ExplicitCapture;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Theory]
    [Trait("needs", "linux")]
    [InlineData("abf ke", "key")]
    [InlineData("abf key ro", "rotate")]
    [InlineData("abf --config abf.json key ex", "export")]
    [InlineData("abf restore --tar", "--target")]
    [InlineData("abf verify --set key --read", "--read-data")]
    [InlineData("abf --config fi", "file.json")]
    [InlineData("abf restore --target di", "directory")]
    [InlineData("abf key add --name fi", "")]
    public async Task Bash_completes_commands_options_and_files(string typed, string expected)
    {
        using var place = new TempDirectory();
        await File.WriteAllTextAsync(
            place.Combine("completion"),
            Files["abf.bash"],
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(place.Combine("file.json"), "{}", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(place.Combine("directory"));

        string answer = await Shell.RunAsync(
            """
            cd "$1"; shift
            exec bash -euc 'compopt() { :; }; . ./completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _abf; echo "${COMPREPLY[@]}"' bash "$@"
            """,
            [place.Path, .. typed.Split(' ')]
        );

        Assert.Equal(expected, answer.Trim());
    }
}
