using System.Text.RegularExpressions;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>A block of a page with a command of <c>abf</c> that a reader types.</summary>
/// <param name="Place">Page and the nearest heading above, <c>keys.md#Rotate the keys</c>.</param>
/// <param name="Commands">Without the output that the page shows.</param>
internal sealed partial record DocumentedExample(string Place, string Commands)
{
    /// <summary>Those of a page, in their order.</summary>
    public static IEnumerable<DocumentedExample> Of(string page)
    {
        string text = DocumentedCommands.Page(page);
        foreach (Match fence in Fence().Matches(text).Where(match => match.Groups["language"].Value is "" or "sh"))
        {
            string body = fence.Groups["body"].Value;
            if (body.Contains("$ ", StringComparison.Ordinal))
            {
                body = string.Concat(Prompt().Matches(body).Select(line => line.Groups["command"].Value + "\n"));
            }

            if (Command().IsMatch(body))
            {
                string heading = Heading().Matches(text[..fence.Index])[^1].Groups["text"].Value;
                yield return new DocumentedExample($"{page}#{heading}", body);
            }
        }
    }

    [GeneratedRegex(
        "^```(?<language>[a-z]*)\n(?<body>.*?)^```$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Fence();

    [GeneratedRegex(
        @"^\$ (?<command>([^\n]*\\\n)*[^\n]*)$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Prompt();

    /// <summary>At the beginning of a line, or as another user.</summary>
    [GeneratedRegex(
        @"^((sudo -u|runuser -u) abf (-- )?|[\d*/ ]+ abf +/opt/abf/|docker run .* )?abf ",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Command();

    [GeneratedRegex("^##* (?<text>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Heading();
}
