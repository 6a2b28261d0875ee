using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary><c>docs/architecture.md</c> leads to folders, files and members: they must be there.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", "..", ".."));
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"));

    /// <summary>What is no name of code.</summary>
    private static readonly string[] Words = ["abf", "serve", "--json"];

    private static readonly ILookup<string, string> Files = Directory
        .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(file => !Generated().IsMatch(file))
        .ToLookup(file => Path.GetFileName(file), StringComparer.Ordinal);

    private static readonly HashSet<string> Folders =
    [
        .. Files
            .SelectMany(files => files)
            .SelectMany(file => Separator().Matches(file).Select(slash => file[..slash.Index])),
    ];

    [Fact]
    public void Every_place_that_it_names_exists()
    {
        string[] named = [.. Quoted().Matches(Page).Select(match => match.Groups["name"].Value).Distinct()];

        Assert.InRange(named.Length, 80, 200);
        string[] gone = [.. named.Except(Words).Where(name => !Exists(name))];
        Assert.Empty(gone);
    }

    [Theory]
    [InlineData("src/Nowhere")]
    [InlineData("Repository/Log/NoLog")]
    [InlineData("CommitLog.NoMember")]
    [InlineData("Repository/Log/CommitLog.NoMember")]
    public void A_place_that_is_gone_is_found(string name) => Assert.False(Exists(name));

    /// <summary>What is below them measures by the framework's own types.</summary>
    [Fact]
    public void Only_the_hosts_know_OpenTelemetry() =>
        Assert.Equal(
            ["src/Cli/Cli.csproj", "src/Functions/Functions.csproj"],
            Files
                .SelectMany(files => files)
                .Where(file => file.StartsWith("src/", StringComparison.Ordinal))
                .Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
                .Where(file =>
                    File.ReadAllText(Path.Combine(Root, file)).Contains("OpenTelemetry", StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_project_has_its_row()
    {
        string[] projects =
        [
            .. Folders.Where(folder =>
                folder.StartsWith("src/", StringComparison.Ordinal) && folder.Count(c => c == '/') == 1
            ),
        ];

        Assert.InRange(projects.Length, 10, 30);
        Assert.All(projects, project => Assert.Contains($"`{project}`", Page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Flows")]
    [InlineData("Repository")]
    public void Every_folder_of_a_project_has_its_layer(string project)
    {
        string row = Assert.Single(
            Page.Split('\n'),
            line => line.StartsWith($"| `{project}` |", StringComparison.Ordinal)
        );
        string[] folders = [.. Folders.Where(folder => Path.GetDirectoryName(folder) == Path.Combine("src", project))];

        Assert.InRange(folders.Length, 5, 30);
        Assert.All(folders, folder => Assert.Contains($"`{Path.GetFileName(folder)}`", row, StringComparison.Ordinal));
    }

    /// <summary>
    /// A path from the root, from <c>src</c> or from anywhere below it; a type by its file, with a member or without
    /// one.
    /// </summary>
    private static bool Exists(string name)
    {
        string path = name.TrimEnd('/');
        if (Folders.Any(folder => IsAt(folder, path)) || Files[Path.GetFileName(path)].Any(file => IsAt(file, path)))
        {
            return true;
        }

        string[] parts = path.Split('/')[^1].Split('.');
        string type = parts.Length == 2 ? path[..^(parts[1].Length + 1)] : path;
        return parts.Length <= 2
            && Files[$"{parts[0]}.cs"]
                .Where(file => IsAt(file, $"{type}.cs"))
                .Any(file =>
                    parts.Length == 1
                    || File.ReadAllText(Path.Combine(Root, file)).Contains($" {parts[1]}", StringComparison.Ordinal)
                );
    }

    private static bool IsAt(string place, string path) =>
        place == path || place.EndsWith($"/{path}", StringComparison.Ordinal);

    [GeneratedRegex("`(?<name>[^`\n]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex("/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separator();

    [GeneratedRegex("(^|/)(bin|obj|\\.git)(/|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Generated();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
