using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>The blocks of a page that a reader types: what stands between fences, by language, in their order.</summary>
internal static partial class DocumentedCommands
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", "..", ".."));

    /// <summary>The directory of the product's own code.</summary>
    public static string Source => Path.Combine(Repository, "src");

    public static string Page(string name) =>
        File.ReadAllText(Path.Combine(Repository, "docs", name)).ReplaceLineEndings("\n");

    /// <param name="heading">The section, without its <c>##</c>.</param>
    public static string Section(string page, string heading)
    {
        int start = page.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        if (start < 0)
        {
            throw new ArgumentException($"the page has no section '{heading}'", nameof(heading));
        }

        int end = page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? page[start..] : page[start..end];
    }

    public static string Blocks(string text, string language)
    {
        var blocks = new StringBuilder();
        foreach (Match fence in Fence().Matches(text).Where(match => match.Groups["language"].Value == language))
        {
            blocks.Append(fence.Groups["body"].Value).Append('\n');
        }

        return blocks.Length > 0
            ? blocks.ToString()
            : throw new ArgumentException($"there is no block of '{language}'", nameof(language));
    }

    [GeneratedRegex(
        "^```(?<language>[a-z]*)\n(?<body>.*?)^```$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Fence();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
