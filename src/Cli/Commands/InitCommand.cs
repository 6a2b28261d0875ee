using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf init</c>: begins a repository where there is nothing yet.</summary>
internal static class InitCommand
{
    private const string FirstSlot = "init";

    /// <summary>What a killed <c>init</c> and the control store leave behind.</summary>
    private static readonly string[] Harmless = ["config/", StoreFactory.ControlPrefix + "/", "log/"];

    public static Command Create(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "init",
            "Create the repository; an existing one is refused.",
            "abf init --config /etc/abf/abf.json",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage
        );
        command.SetAction(parsed => runner.RunAsync(parsed, RunAsync));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        LoadedOptions loaded = context.Load(OptionsScope.Repository);
        RepositoryOptions options = loaded.Options.Repository;
        RepositoryStores stores = await StoreFactory.CreateAsync(loaded, context.Time, context.Stop);
        await RefuseForeignAsync(stores.Blobs, context.Stop);
        await BackupRepository.InitAsync(
            stores.Blobs,
            new RepositoryInit(options.Encryption, loaded.Passphrase, FirstSlot, context.Time),
            context.Stop
        );
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context, isNew: true);

        var document = new InitDocument(opened.Repository.Id, stores.Blobs.Location, options.Encryption);
        context.Result.Outcome = $"repository {document.Repository} is created at {document.Location}";
        context.Result.Write(
            document,
            CliJson.Relaxed.InitDocument,
            writer =>
            {
                writer.WriteLine($"repository {document.Repository} is created at {document.Location}");
                writer.WriteLine(Advice(options.Encryption));
            }
        );
        return ExitCodes.Done;
    }

    private static string Advice(string encryption) =>
        encryption == RepositoryOptions.EncryptionNone
            ? "It is NOT encrypted: whoever can read this place can read every document."
            : "Losing every passphrase loses every set: keep the passphrase in a second place, away from this machine.";

    private static async Task RefuseForeignAsync(IBlobStore blobs, CancellationToken stop)
    {
        await foreach (BlobItem item in blobs.ListAsync(string.Empty, stop))
        {
            if (!Harmless.Any(h => item.Name.StartsWith(h, StringComparison.Ordinal)))
            {
                throw new PermanentException(
                    ErrorKind.Configuration,
                    $"repository.url: {blobs.Location} is not empty ('{item.Name}'): name an empty place"
                );
            }
        }
    }
}
