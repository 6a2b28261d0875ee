using System.CommandLine;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Setup;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf setup</c>: from an installed program to a repository that is ready: finds Alfresco, writes the configuration,
/// runs <c>init</c> and <c>doctor</c>, and says the next command.
/// </summary>
internal static class SetupCommand
{
    public static Command Create(CommandRunner runner, GlobalOptions globals)
    {
        var arguments = new SetupArguments();
        var command = new DocumentedCommand(
            "setup",
            "Find Alfresco, write the configuration, create the repository, and look whether a backup can be taken.",
            "abf setup --repository file:///srv/abf",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Source,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Cancelled
        );
        foreach (Option option in arguments.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context => RunAsync(context, parsed, arguments, Questions.Of(context, globals.Json(parsed)))
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context,
        ParseResult parsed,
        SetupArguments arguments,
        Questions questions
    )
    {
        string path = Path.GetFullPath(context.NewConfiguration);
        bool overwrites = parsed.GetValue(arguments.Overwrite);
        if (!overwrites && GivenPath.IsFile(path))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"the configuration '{path}' exists: 'abf config show' tells what it says; --overwrite writes it anew, "
                    + "--config FILE names another"
            );
        }

        string state = Path.GetFullPath(parsed.GetValue(arguments.State) ?? SetupArguments.DefaultState);
        ServiceUser? user = ServiceUser.Find(state, "abf");
        FoundInstallation found = await FindAsync(context, parsed, arguments, questions);
        string repository = await questions.AskAsync(
            parsed.GetValue(arguments.Repository),
            arguments.Repository.Name,
            $"where do the sets go: {StoreUrls.Forms}",
            questions.IsAsked && !OperatingSystem.IsWindows() ? "file:///srv/abf" : null,
            url => StoreUrls.FaultOfArgument(url) ?? OptionRules.FaultOfPlace(url, state)
        );
        string passphraseFile = Path.GetFullPath(
            parsed.GetValue(arguments.PassphraseFile) ?? Path.Combine(Path.GetDirectoryName(path)!, "passphrase")
        );
        var configuration = new NewConfiguration(
            found,
            repository,
            FullPath(parsed.GetValue(arguments.ConnectionStringFile)),
            passphraseFile,
            state
        );
        return await new SetupRun(context, questions, configuration, path, user).RunAsync(overwrites);
    }

    private static async Task<FoundInstallation> FindAsync(
        CommandContext context,
        ParseResult parsed,
        SetupArguments arguments,
        Questions questions
    )
    {
        string? given = parsed.GetValue(arguments.Properties);
        string properties = await FoundInstallation.ChooseAsync(
            questions,
            given,
            given is null ? UsualPlaces.Find(Environment.GetEnvironmentVariable) : []
        );
        var options = new InstallationOptions
        {
            Name = InstallationNames.Usual(Environment.MachineName),
            GlobalProperties = properties,
            Root = FullPath(parsed.GetValue(arguments.Root)),
            Database = new DatabaseOptions { PasswordFile = FullPath(parsed.GetValue(arguments.DatabasePasswordFile)) },
        };
        string? index = parsed.GetValue(arguments.Index);
        if (index is not (null or "lucene" or "none"))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                index == "solr"
                    ? "--index 'solr' needs to know where Solr is: write none, then set installation.index in the "
                        + "configuration as docs/solr.md shows"
                    : $"--index '{index}' does not fit: write lucene or none"
            );
        }

        FoundInstallation found = FoundInstallation.Read(options, index);
        context.Messages.Note($"found {properties}");
        foreach (string line in found.Lines)
        {
            context.Messages.Note($"  {line}");
        }

        options.Name = await questions.AskAsync(
            parsed.GetValue(arguments.Name),
            arguments.Name.Name,
            "the name of this installation in the repository, which never changes",
            options.Name,
            InstallationNames.FaultOf
        );
        return found;
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}
