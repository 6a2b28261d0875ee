using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>The pages as a whole: each has its place on the site, and no link leads nowhere.</summary>
public sealed partial class SiteTests
{
    private static string Root => Path.GetFullPath(Path.Combine(DocumentedCommands.Source, ".."));

    private static string Docs => Path.Combine(Root, "docs");

    private static string[] Pages =>
        [
            .. Directory
                .EnumerateFiles(Docs, "*.md", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Docs, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void Every_page_stands_once_on_the_site()
    {
        string[] listed =
        [
            .. Listed()
                .Matches(File.ReadAllText(Path.Combine(Root, "eng", "mkdocs.yml")).ReplaceLineEndings("\n"))
                .Select(line => line.Groups["page"].Value)
                .Order(StringComparer.Ordinal),
        ];

        Assert.Equal(Pages, listed);
    }

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist()
    {
        string[] files = [.. Pages.Select(page => Path.Combine(Docs, page)), Path.Combine(Root, "README.md")];
        var links = files
            .SelectMany(file => Links(file).Select(link => (File: file, Target: link)))
            .Where(link => !link.Target.Contains("://", StringComparison.Ordinal))
            .ToArray();

        Assert.True(links.Length >= 150, $"only {links.Length} links");
        Assert.Empty(links.Where(link => !Leads(link.File, link.Target)).Select(link => $"{link.File}: {link.Target}"));
    }

    private static bool Leads(string from, string target)
    {
        string[] parts = target.Split('#');
        string file = parts[0].Length == 0 ? from : Path.Combine(Path.GetDirectoryName(from)!, parts[0]);
        return Path.Exists(file) && (parts.Length == 1 || Anchors(file).Contains(parts[1], StringComparer.Ordinal));
    }

    private static IEnumerable<string> Links(string file) =>
        Link().Matches(Text(file)).Select(link => link.Groups["target"].Value);

    /// <summary>Those that a heading gets, here and on the site: small letters and digits, hyphens between.</summary>
    private static IEnumerable<string> Anchors(string file) =>
        Heading()
            .Matches(Text(file))
            .Select(heading =>
                NoPartOfAnAnchor()
                    .Replace(heading.Groups["text"].Value.ToLowerInvariant(), string.Empty)
                    .Replace(' ', '-')
            );

    private static string Text(string file) =>
        Fence().Replace(File.ReadAllText(file).ReplaceLineEndings("\n"), string.Empty);

    [GeneratedRegex(@"^ *- (.*: )?(?<page>[\w./-]+\.md)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Listed();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, 1000)]
    private static partial Regex NoPartOfAnAnchor();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fence();
}
