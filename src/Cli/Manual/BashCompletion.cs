using System.Text;

namespace AlfrescoBackupFlows.Cli.Manual;

/// <summary>A script that completes commands, options and files in bash.</summary>
internal static class BashCompletion
{
    public static string Write(IReadOnlyList<CommandPage> pages)
    {
        var script = new StringBuilder();
        script.Append(
            """
            # bash completion for abf
            _abf() {
              local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" path=abf words='' word i
              for ((i = 1; i < COMP_CWORD; i++)); do
                word="${COMP_WORDS[i]}"
                case "$word" in
            """
        );
        script.Append($"\n      {Patterns(ShellWords.WithValue(pages))}) i=$((i + 1)); continue ;;\n    esac\n");
        string commands = Patterns(pages.Where(page => !page.IsRoot).Select(page => page.Name));
        script.Append($"    case \"$path $word\" in\n      {commands}) path=\"$path $word\" ;;\n    esac\n  done\n");
        script.Append("  case \"$prev\" in\n");
        Complete(
            ShellWords.WithDirectory(pages),
            "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return"
        );
        Complete(
            ShellWords.WithFile(pages),
            "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return"
        );
        Complete(
            ShellWords.WithValue(pages).Except(ShellWords.WithFile(pages)).Except(ShellWords.WithDirectory(pages)),
            "return"
        );
        script.Append("  esac\n  case \"$path\" in\n");
        foreach (CommandPage page in pages)
        {
            script.Append($"    '{page.Name}') words='{string.Join(' ', ShellWords.Of(page))}' ;;\n");
        }

        script.Append(
            """
              esac
              mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
            }
            complete -F _abf abf

            """
        );
        return script.ToString();

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
