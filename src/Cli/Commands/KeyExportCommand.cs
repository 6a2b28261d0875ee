using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf key export</c>: the keys of a host that backs up and cannot read what is backed up.</summary>
internal static class KeyExportCommand
{
    public static Command Create(CommandRunner runner)
    {
        var file = new Option<string>("--write-only")
        {
            Description = "A new file for the keys of a host that can back up, and neither restore nor read content.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string[]> files = KeyRotateCommand.PassphraseFiles();
        Option<bool> dropOthers = KeyRotateCommand.DropOthers();
        Option<bool> dryRun = DryRun.NewOption();
        var command = new DocumentedCommand(
            "export",
            "Write keys to a file, for another host. The first time, the keys are rotated.",
            "abf key export --write-only /root/web1-keys.json",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            file,
            files,
            dropOthers,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        Path.GetFullPath(parsed.GetRequiredValue(file)),
                        parsed.GetValue(files) ?? [],
                        parsed.GetValue(dropOthers),
                        parsed.GetValue(dryRun)
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context,
        string path,
        string[] files,
        bool dropOthers,
        bool dryRun
    )
    {
        await using OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context);
        KeyGenerations keys = opened.Repository.KeyGenerations;
        (byte[]? text, RotatedKeys? rotated) = (null, null);
        if (dryRun)
        {
            (_, rotated) = await ExportAsync();
        }
        else
        {
            // The file first: a rotation for a file that cannot be written would be for nothing.
            await WriteNewAsync(
                path,
                async stream =>
                {
                    (text, rotated) = await ExportAsync();
                    await stream.WriteAsync(text, context.Stop);
                    Array.Clear(text!);
                }
            );
        }

        KeyRotationDocument? rotation = rotated is null ? null : KeyRotateCommand.Describe(context, rotated, dryRun);
        var document = new KeyExportDocument(path, dryRun ? "would be written" : "written", rotation);
        context.Result.Write(
            document,
            CliJson.Relaxed.KeyExportDocument,
            writer =>
            {
                if (rotation is not null)
                {
                    KeyRotateCommand.WriteText(rotation, writer);
                }

                writer.WriteLine($"{path}: {document.Outcome}; name it in repository.keyFile of the other host");
            }
        );
        return ExitCodes.Done;

        Task<(byte[]? Text, RotatedKeys? Rotated)> ExportAsync() =>
            keys.ExportWriteOnlyAsync(
                KeyRotateCommand.ReadPassphrases(context, files),
                dropOthers,
                dryRun,
                context.Stop
            );
    }

    /// <summary>Creates a file for its owner alone; nothing is left of it where writing fails.</summary>
    private static async Task WriteNewAsync(string path, Func<FileStream, Task> write)
    {
        bool isMine = false;
        try
        {
            await using FileStream stream = PrivateFile.Create(path);
            isMine = true;
            await write(stream);
            stream.Flush(flushToDisk: true);
            isMine = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--write-only '{path}' cannot be written ({e.Message}): name a file that does not exist, in a directory "
                    + "where this user may write",
                e
            );
        }
        finally
        {
            if (isMine)
            {
                PrivateFile.Delete(path);
            }
        }
    }
}
