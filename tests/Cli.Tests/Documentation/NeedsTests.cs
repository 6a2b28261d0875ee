using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>Where no server can be had, as on the Windows job, tests that need one are left out by their
/// trait.</summary>
public sealed class NeedsTests
{
    private const string Trait = "[Trait(\"needs\", \"server\")]";

    /// <summary>Of a whole project.</summary>
    private const string AssemblyTrait = "[assembly: Trait(\"needs\", \"server\")]";

    [Fact]
    public void Every_test_that_takes_a_server_says_that_it_needs_one()
    {
        string tests = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", ".."));
        string[] projects =
        [
            .. Directory
                .EnumerateFiles(tests, "AssemblyFixtures.cs", SearchOption.AllDirectories)
                .Where(file => File.ReadAllText(file).Contains(AssemblyTrait, StringComparison.Ordinal))
                .Select(file => Path.GetDirectoryName(file)! + Path.DirectorySeparatorChar),
        ];
        (string Name, string Source)[] takers =
        [
            .. Directory
                .EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories)
                .Where(file => !projects.Any(project => file.StartsWith(project, StringComparison.Ordinal)))
                .Select(file => (Name: Path.GetFileName(file), Source: File.ReadAllText(file)))
                .Where(test =>
                    test.Name != $"{nameof(NeedsTests)}.cs"
                    && test.Source.Contains("OnDemand<", StringComparison.Ordinal)
                ),
        ];

        Assert.True(takers.Length >= 15, $"only {takers.Length} tests take a server");
        Assert.All(
            takers,
            test =>
                Assert.True(
                    test.Source.Contains(Trait, StringComparison.Ordinal)
                        || test.Source.Contains($": {nameof(CommittedSampleTest)}(", StringComparison.Ordinal),
                    test.Name
                )
        );
        // Inherited by the tests of the committed sample.
        Assert.Contains(
            Trait,
            File.ReadAllText(Path.Combine(tests, "Cli.Tests", "Rig", $"{nameof(CommittedSampleTest)}.cs"))
        );
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
