using System.CommandLine;
using System.Text;
using AlfrescoBackupFlows.Cli.Commands;

namespace AlfrescoBackupFlows.Cli.Manual;

/// <summary>A command's page for <c>man</c>, in the macros of <c>man(7)</c>.</summary>
internal static class ManPage
{
    /// <summary>As the page of <c>abf key add</c> is called: <c>abf-key-add.1</c>.</summary>
    public static string FileOf(CommandPage page) => $"{TitleOf(page.Path)}.1";

    /// <param name="version">Of the program.</param>
    /// <param name="all">Every page, for those to see also.</param>
    public static string Write(CommandPage page, string version, IReadOnlyList<CommandPage> all)
    {
        var text = new StringBuilder();
        string title = TitleOf(page.Path);
        string description = page.Command.Description ?? string.Empty;
        Line($".TH {Quoted(title.ToUpperInvariant())} 1 \"\" {Quoted($"abf {version}")} {Quoted("User Commands")}");
        Line(".SH NAME");
        Line($"{Escape(title)} \\- {Escape(FirstSentence(description))}");
        Line(".SH SYNOPSIS");
        Line($".B {Escape(page.Name)}");
        Line(Synopsis(page));
        Line(".SH DESCRIPTION");
        Line(Escape(description));
        WriteCommands();
        WriteArguments();
        WriteOptions();
        WriteEnd();
        return text.ToString();

        void Line(string line) => text.Append(line.StartsWith('\'') ? "\\&" : string.Empty).Append(line).Append('\n');

        void Term(string term, string? meaning)
        {
            Line(".TP");
            Line(term);
            Line(Escape(meaning ?? string.Empty));
        }

        void WriteCommands()
        {
            if (page.Subcommands.Count == 0)
            {
                return;
            }

            Line(".SH COMMANDS");
            foreach (Command command in page.Subcommands)
            {
                Term($".BR {Escape(TitleOf([.. page.Path, command.Name]))} (1)", command.Description);
            }
        }

        void WriteArguments()
        {
            if (page.Arguments.Count == 0)
            {
                return;
            }

            Line(".SH ARGUMENTS");
            foreach (Argument argument in page.Arguments)
            {
                Term($".I {Escape(argument.Name)}", argument.Description);
            }
        }

        void WriteOptions()
        {
            Line(".SH OPTIONS");
            foreach (Option option in page.Options)
            {
                string names = string.Join(", ", CommandPage.NamesOf(option).Select(name => $"\\fB{Escape(name)}\\fR"));
                string value = CommandPage.TakesValue(option)
                    ? $" \\fI{Escape(CommandPage.ValueOf(option))}\\fR"
                    : string.Empty;
                Term(names + value, option.Description);
            }
        }

        void WriteEnd()
        {
            if (page.Command is DocumentedCommand documented)
            {
                Line(".SH EXIT STATUS");
                foreach (int code in documented.Codes)
                {
                    Term($".B {code}", documented.Meaning(code));
                }

                Line(".SH EXAMPLE");
                Line(".EX");
                Line(Escape(documented.Example));
                Line(".EE");
            }

            Line(".SH SEE ALSO");
            string[] others = [.. all.Where(other => IsNear(other, page)).Select(other => TitleOf(other.Path))];
            foreach ((int number, string other) in others.Index())
            {
                Line($".BR {Escape(other)} (1){(number < others.Length - 1 ? " ," : string.Empty)}");
            }
        }
    }

    private static string Synopsis(CommandPage page)
    {
        string arguments = string.Concat(page.Arguments.Select(argument => $" \\fI{Escape(argument.Name)}\\fR"));
        string required = string.Concat(
            page.Options.Where(option => option.Required)
                .Select(option => $" \\fB{Escape(option.Name)}\\fR \\fI{Escape(CommandPage.ValueOf(option))}\\fR")
        );
        string command = page.Subcommands.Count > 0 ? " \\fICOMMAND\\fR" : string.Empty;
        return $"{command}{arguments}{required} [\\fIOPTIONS\\fR]".TrimStart();
    }

    /// <summary>The page above, and those right beneath.</summary>
    private static bool IsNear(CommandPage other, CommandPage page) =>
        (other.Path.Count == page.Path.Count - 1 && page.Path.Take(other.Path.Count).SequenceEqual(other.Path))
        || (other.Path.Count == page.Path.Count + 1 && other.Path.Take(page.Path.Count).SequenceEqual(page.Path));

    private static string TitleOf(IEnumerable<string> path) => string.Join('-', path);

    private static string FirstSentence(string text)
    {
        int end = text.IndexOfAny([';', ':', '.']);
        string first = end > 0 ? text[..end] : text;
        return first.Length > 0 ? char.ToLowerInvariant(first[0]) + first[1..] : first;
    }

    private static string Quoted(string text) => $"\"{Escape(text)}\"";

    /// <summary>Text as it stands: no escape, no request of its own, and hyphens that can be copied.</summary>
    private static string Escape(string text)
    {
        string escaped = text.ReplaceLineEndings(" ")
            .Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("\"", "\\(dq", StringComparison.Ordinal)
            .Replace("'", "\\(aq", StringComparison.Ordinal);
        return escaped.StartsWith('.') ? "\\&" + escaped : escaped;
    }
}
