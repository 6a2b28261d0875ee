using System.CommandLine;
using System.Text;

namespace AlfrescoBackupFlows.Cli.Manual;

/// <summary>A script that completes commands, options and files in fish, with what each is for.</summary>
internal static class FishCompletion
{
    public static string Write(IReadOnlyList<CommandPage> pages)
    {
        var script = new StringBuilder();
        script.Append("# fish completion for abf\nfunction __abf_place\n    set -l place abf\n    set -l skip 0\n");
        script.Append("    for word in (commandline -opc)[2..-1]\n        if test $skip = 1\n");
        script.Append("            set skip 0\n            continue\n        end\n        switch $word\n");
        script.Append(
            $"            case {Words(ShellWords.WithValue(pages))}\n                set skip 1\n        end\n"
        );
        script.Append("        switch \"$place $word\"\n");
        script.Append($"            case {Words(pages.Where(page => !page.IsRoot).Select(page => page.Name))}\n");
        script.Append("                set place \"$place $word\"\n        end\n    end\n    echo $place\nend\n");
        script.Append("function __abf_at\n    test (__abf_place) = \"$argv\"\nend\ncomplete -c abf -f\n");
        foreach (CommandPage page in pages)
        {
            string at = ShellWords.Quote($"__abf_at {page.Name}");
            foreach (Command command in page.Subcommands)
            {
                script.Append($"complete -c abf -n {at} -a {command.Name} -d {Text(command.Description)}\n");
            }

            foreach (Option option in page.Options)
            {
                string names = string.Concat(CommandPage.NamesOf(option).Select(Flag));
                script.Append($"complete -c abf -n {at}{names}{Value(option)} -d {Text(option.Description)}\n");
            }
        }

        return script.ToString();
    }

    private static string Flag(string name) =>
        name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}"
        : name.Length == 2 ? $" -s {name[1..]}"
        : $" -o {name[1..]}";

    private static string Value(Option option) =>
        !CommandPage.TakesValue(option) ? string.Empty
        : CommandPage.TakesFile(option) ? " -r -F"
        : CommandPage.TakesDirectory(option) ? " -x -a '(__fish_complete_directories)'"
        : " -x";

    private static string Text(string? description) =>
        "'"
        + (description ?? string.Empty)
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("'", "\\'", StringComparison.Ordinal)
        + "'";

    private static string Words(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"'{word}'"));
}
