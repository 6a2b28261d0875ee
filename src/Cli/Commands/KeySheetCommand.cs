using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Sheet;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf key sheet</c>: a page to print, for the day on which nothing else is left.</summary>
internal static class KeySheetCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create(CommandRunner runner)
    {
        var output = new Option<string?>("--output")
        {
            Description = "A new file for it; without it, standard output.",
            HelpName = "FILE",
        };
        var command = new DocumentedCommand(
            "sheet",
            "Make a recovery sheet to print: an HTML page that says how to restore with nothing else left. "
                + "The passphrase is not on it; it is written there by hand.",
            "abf key sheet --output recovery.html",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            output,
        };
        command.SetAction(parsed => runner.RunAsync(parsed, context => RunAsync(context, parsed.GetValue(output))));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? output)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
        RepositoryOptions repository = context.Options.Repository;
        string? file = output is null ? null : Path.GetFullPath(output);
        string place = StorePlace.Of(repository.Url)!;
        var sheet = new KeySheetDocument(
            opened.Repository.Id,
            place,
            repository.Encryption,
            context.Options.Installation.Name,
            [
                .. (await opened.Repository.Keys.ListAsync(context.Stop)).Select(slot => new KeyDocument(
                    slot.Id,
                    slot.Name,
                    slot.Created.UtcDateTime
                )),
            ],
            ConfigurationOf(place, repository.Encryption),
            file
        );
        string page = RecoverySheet.Html(sheet, context.Time.GetUtcNow().UtcDateTime);
        if (file is not null)
        {
            Write(file, page);
        }

        context.Result.Outcome = file is null ? "the recovery sheet is made" : $"'{file}' is written";
        context.Result.Write(
            sheet,
            CliJson.Relaxed.KeySheetDocument,
            writer =>
            {
                foreach (
                    string line in file is null
                        ? page.TrimEnd('\n').Split('\n')
                        : [$"{file}: written; print it, and write the passphrase on it by hand"]
                )
                {
                    writer.WriteLine(line);
                }
            }
        );
        return ExitCodes.Done;
    }

    /// <summary>What a machine needs that has nothing but this page and the passphrase.</summary>
    private static string ConfigurationOf(string place, string encryption)
    {
        var repository = new JsonObject { ["url"] = place };
        if (encryption == RepositoryAccess.EncryptionPassphrase)
        {
            repository["passphraseFile"] = "/etc/abf/passphrase";
        }
        else
        {
            repository["encryption"] = encryption;
        }

        return new JsonObject { ["repository"] = repository }
            .ToJsonString(Indented)
            .ReplaceLineEndings("\n");
    }

    private static void Write(string path, string page)
    {
        try
        {
            PrivateFile.WriteNew(path, file => file.Write(Encoding.UTF8.GetBytes(page)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--output '{path}' cannot be written ({e.Message}): name a file that does not exist, in a directory where "
                    + "this user may write",
                e
            );
        }
    }
}
