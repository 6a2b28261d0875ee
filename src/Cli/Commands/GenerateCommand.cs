using System.CommandLine;
using System.Reflection;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Manual;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf generate</c>, which no help lists: manual pages and shell completions for those who make packages, from the
/// definitions of the commands themselves.
/// </summary>
internal static class GenerateCommand
{
    public static Command Create(CommandRunner runner)
    {
        var name = new Argument<string?>("FILE")
        {
            Description = "Which one; without it, their names.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new DocumentedCommand(
            "generate",
            "Write manual pages and shell completions; with --json all of them.",
            "abf generate abf.bash",
            ExitCodes.Done,
            ExitCodes.Usage
        )
        {
            name,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                {
                    Write(context, FilesOf((RootCommand)parsed.RootCommandResult.Command), parsed.GetValue(name));
                    return Task.FromResult(ExitCodes.Done);
                }
            )
        );
        return command;
    }

    internal static GeneratedDocument[] FilesOf(RootCommand root)
    {
        IReadOnlyList<CommandPage> pages = CommandPage.All(root);
        string version = typeof(GenerateCommand)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        return
        [
            new GeneratedDocument("abf.bash", BashCompletion.Write(pages)),
            new GeneratedDocument("abf.fish", FishCompletion.Write(pages)),
            new GeneratedDocument("_abf", ZshCompletion.Write(pages)),
            .. pages.Select(page => new GeneratedDocument(ManPage.FileOf(page), ManPage.Write(page, version, pages))),
        ];
    }

    private static void Write(CommandContext context, GeneratedDocument[] files, string? name)
    {
        GeneratedDocument[] chosen = name is null ? files : [.. files.Where(file => file.Name == name)];
        if (chosen.Length == 0)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"FILE '{name}' is none of those that are made: 'abf generate' lists them"
            );
        }

        context.Result.Write(
            chosen,
            CliJson.Relaxed.GeneratedDocumentArray,
            writer =>
            {
                string[] lines = name is null
                    ? [.. chosen.Select(file => file.Name)]
                    : chosen[0].Text.TrimEnd('\n').Split('\n');
                foreach (string line in lines)
                {
                    writer.WriteLine(line);
                }
            }
        );
    }
}
