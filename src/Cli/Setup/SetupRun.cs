using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>What a setup does once everything is known: files, repository, preflight.</summary>
/// <param name="path">Of the configuration.</param>
/// <param name="user">For whom root does it; null: for whoever runs this.</param>
internal sealed class SetupRun(
    CommandContext context,
    Questions questions,
    NewConfiguration configuration,
    string path,
    ServiceUser? user
)
{
    public async Task<int> RunAsync(bool overwrites)
    {
        bool exists = await IsThereAsync();
        if (exists && !GivenPath.IsFile(configuration.PassphraseFile))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--passphrase-file '{configuration.PassphraseFile}' does not exist, and the repository at "
                    + $"{StorePlace.Of(configuration.Repository)} does: write its passphrase into that file, or name another"
            );
        }

        bool made = await WriteAsync(overwrites);
        InitDocument? created = null;
        if (!exists)
        {
            (int code, created) = await ServiceRun.RunAsync(context, path, user, CliJson.Relaxed.InitDocument, "init");
            if (code != ExitCodes.Done)
            {
                context.Messages.Error(
                    $"the repository was not created; '{path}' is written: correct what the line above names, then "
                        + $"'{Command("init")}' and '{Command("doctor")}'"
                );
                return code;
            }
        }

        (int outcome, DoctorDocument? doctor) = await ServiceRun.RunAsync(
            context,
            path,
            user,
            CliJson.Relaxed.DoctorDocument,
            "doctor"
        );
        Report(created, made, doctor);
        return outcome == ExitCodes.Findings ? ExitCodes.Done : outcome;
    }

    private void Report(InitDocument? created, bool made, DoctorDocument? doctor)
    {
        var document = new SetupDocument(
            path,
            configuration.Found.Options.GlobalProperties!,
            configuration.Found.Options.Name!,
            StorePlace.Of(configuration.Repository)!,
            created?.Repository,
            configuration.PassphraseFile,
            made,
            user?.Name,
            doctor,
            [.. SetupAdvice.After(doctor, configuration.Found, user, Command)]
        );
        context.Result.Outcome = $"'{path}' is written";
        context.Result.Write(
            document,
            CliJson.Relaxed.SetupDocument,
            writer => SetupAdvice.WriteText(document, writer)
        );
    }

    private string Command(string command)
    {
        string line = context.CommandLine(command);
        return user is null ? line : $"runuser -u {user.Name} -- {line}";
    }

    /// <summary>Whether a repository is at the place already, asked without a passphrase.</summary>
    private async Task<bool> IsThereAsync()
    {
        if (DirectoryUrl.TryParse(configuration.Repository) is { } directory && !GivenPath.IsDirectory(directory))
        {
            return false;
        }

        LoadedOptions loaded = OptionsReader.LoadPlace(configuration.Repository, configuration.ConnectionStringFile);
        try
        {
            await BackupRepository.RequireAsync(
                StoreFactory.OpenWithoutLeases(loaded, context.Time).Blobs,
                context.Stop
            );
            return true;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Configuration)
        {
            return false;
        }
    }

    /// <returns>Whether the passphrase was made here.</returns>
    private async Task<bool> WriteAsync(bool overwrites)
    {
        try
        {
            ServiceFiles.MakeConfigurationDirectory(Path.GetDirectoryName(path)!, user);
            ServiceFiles.MakeDirectory(configuration.State, user);
            if (DirectoryUrl.TryParse(configuration.Repository) is { } directory)
            {
                ServiceFiles.MakeDirectory(Path.TrimEndingDirectorySeparator(directory), user);
            }

            bool made = await Passphrases.PrepareAsync(context, questions, configuration.PassphraseFile, user);
            ServiceFiles.WriteConfiguration(path, configuration.ToBytes(), user, overwrites);
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"the configuration '{path}', or a directory that it names, cannot be written ({e.Message}): run this as "
                    + "root, or name a place where this user may write with --config, --state and --repository",
                e
            );
        }
    }
}
