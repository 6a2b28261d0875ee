using System.CommandLine;
using System.Text;

namespace AlfrescoBackupFlows.Cli.Manual;

/// <summary>A script that completes commands, options and files in zsh, with what each is for.</summary>
internal static class ZshCompletion
{
    public static string Write(IReadOnlyList<CommandPage> pages)
    {
        var script = new StringBuilder();
        script.Append("#compdef abf\n_abf() {\n  local place=abf word prev=\"${words[CURRENT-1]}\" i\n");
        script.Append("  local -a entries\n  for ((i = 2; i < CURRENT; i++)); do\n    word=\"${words[i]}\"\n");
        script.Append(
            $"    case \"$word\" in\n      {Patterns(ShellWords.WithValue(pages))}) ((i++)); continue ;;\n    esac\n"
        );
        string commands = Patterns(pages.Where(page => !page.IsRoot).Select(page => page.Name));
        script.Append($"    case \"$place $word\" in\n      {commands}) place=\"$place $word\" ;;\n    esac\n  done\n");
        script.Append("  case \"$prev\" in\n");
        Complete(ShellWords.WithDirectory(pages), "_files -/; return");
        Complete(ShellWords.WithFile(pages), "_files; return");
        Complete(
            ShellWords.WithValue(pages).Except(ShellWords.WithFile(pages)).Except(ShellWords.WithDirectory(pages)),
            "_message value; return"
        );
        script.Append("  esac\n  case \"$place\" in\n");
        foreach (CommandPage page in pages)
        {
            script.Append($"    '{page.Name}') entries=(\n");
            foreach (Command command in page.Subcommands)
            {
                Entry(command.Name, command.Description);
            }

            foreach (Option option in page.Options)
            {
                foreach (string name in CommandPage.NamesOf(option))
                {
                    Entry(name, option.Description);
                }
            }

            script.Append("    ) ;;\n");
        }

        script.Append("  esac\n  _describe -o 'abf' entries\n}\n");
        script.Append("if [ \"$funcstack[1]\" = _abf ]; then _abf \"$@\"; else compdef _abf abf; fi\n");
        return script.ToString();

        void Entry(string word, string? description)
        {
            string said = (description ?? string.Empty)
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace(":", "\\:", StringComparison.Ordinal);
            script.Append($"      {ShellWords.Quote($"{word}:{said}")}\n");
        }

        void Complete(IEnumerable<string> options, string how)
        {
            if (options.Any())
            {
                script.Append($"    {Patterns(options)}) {how} ;;\n");
            }
        }
    }

    private static string Patterns(IEnumerable<string> words) => string.Join('|', words.Select(word => $"'{word}'"));
}
