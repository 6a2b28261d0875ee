using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary><c>docs/the-rule.md</c> names the tests that prove it: they must be there.</summary>
public sealed partial class TheRuleTests
{
    [Fact]
    public void Every_test_that_the_rule_names_exists()
    {
        string root = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", "..", ".."));
        Dictionary<string, string> classes = Directory
            .EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal)
            .ToDictionary(
                files => files.Key,
                files => string.Concat(files.Select(File.ReadAllText)),
                StringComparer.Ordinal
            );

        Match[] named =
        [
            .. NamedTest().Matches(File.ReadAllText(Path.Combine(root, "docs", "the-rule.md"))).Cast<Match>(),
        ];

        Assert.True(named.Length >= 25, $"only {named.Length} tests are named");
        Assert.All(
            named,
            test =>
            {
                Assert.True(
                    classes.TryGetValue(test.Groups["class"].Value, out string? source),
                    $"{test.Value}: no such class"
                );
                Assert.Contains($" {test.Groups["method"].Value}(", source);
            }
        );
    }

    [GeneratedRegex("`(?<class>[A-Za-z]+Tests)\\.(?<method>[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedTest();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
