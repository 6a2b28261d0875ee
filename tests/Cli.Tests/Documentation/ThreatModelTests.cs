using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary><c>docs/threat-model.md</c> names a test for each position of an attacker: they must be there.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", "..", ".."));

    [Fact]
    public void Every_test_that_the_threat_model_names_exists()
    {
        HashSet<string> classes =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file)),
        ];
        string[] named = [.. NamedTest().Matches(Text()).Select(match => match.Groups["class"].Value).Distinct()];

        Assert.True(named.Length >= 25, $"only {named.Length} tests are named");
        Assert.Empty(named.Except(classes));
    }

    [Fact]
    public void Every_position_says_what_it_can_do_what_it_cannot_and_which_test_shows_it()
    {
        string[] rows =
        [
            .. Text()
                .Split('\n')
                .SkipWhile(line => line != "## Positions")
                .Skip(3)
                .TakeWhile(line => line.StartsWith('|')),
        ];

        Assert.True(rows.Length >= 12, $"only {rows.Length} positions");
        Assert.All(
            rows[..^1],
            row =>
            {
                string[] cells = [.. row.Trim('|').Split('|').Select(cell => cell.Trim())];
                Assert.Equal(4, cells.Length);
                Assert.All(cells, cell => Assert.NotEmpty(cell));
                Assert.Matches(NamedTest(), cells[3]);
            }
        );

        // Whoever has the host has everything: nothing is to be shown.
        Assert.StartsWith("| whoever has the host", rows[^1]);
    }

    private static string Text() => File.ReadAllText(Path.Combine(Root, "docs", "threat-model.md"));

    [GeneratedRegex("`(?<class>[A-Za-z]+(Tests|Contract))`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedTest();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
