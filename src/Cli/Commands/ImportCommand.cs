using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Exporting;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf import FILE</c>: makes a set of an exported file.</summary>
internal static class ImportCommand
{
    private static readonly TimeSpan TellsEvery = TimeSpan.FromSeconds(10);

    public static Command Create(CommandRunner runner)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "A file that 'abf export' wrote; '-' is standard input.",
        };
        var anySize = new Option<bool>("--any-size")
        {
            Description = "Take a file that unfolds to more than a thousand times its length.",
        };
        var command = new DocumentedCommand(
            "import",
            "Make a set of an exported file, in this repository or another one. Everything in it is checked first.",
            "abf import /mnt/usb/acme.tar.zst",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Busy,
            ExitCodes.Source,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Cancelled
        )
        {
            file,
            anySize,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context => RunAsync(context, parsed.GetRequiredValue(file), parsed.GetValue(anySize))
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string file, bool anySize)
    {
        // Closed again: the import opens it with leases, but a mirror or a wrong passphrase is said before the file is read.
        await using (OpenedRepository opened = await OpenedRepository.OpenToChangeAsync(context))
        {
            context.HowToGoOn =
                "nothing was imported yet; the same command goes on, and does not store again what is stored";
        }

        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: true);
        await using Stream input = Open(file);
        ImportResult result;
        try
        {
            result = await new SetImport(environment.Flows).RunAsync(input, anySize, Teller(context), context.Stop);
        }
        catch (IOException e)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"'{file}' cannot be read ({e.Message}): look at the disk or the network that it is on",
                e
            );
        }

        return Report(context, file, result);
    }

    private static Stream Open(string file)
    {
        if (file == ExportCommand.Standard)
        {
            return !StandardStreams.IsInputTerminal
                ? StandardStreams.OpenInput()
                : throw new PermanentException(
                    ErrorKind.Configuration,
                    "'-' reads an exported file from standard input, and that is a terminal: send one into it"
                );
        }

        try
        {
            return GivenPath.OpenStream(Path.GetFullPath(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"'{file}' cannot be read ({e.Message}): name a file that 'abf export' wrote",
                e
            );
        }
    }

    internal static int Report(CommandContext context, string file, ImportResult result)
    {
        foreach (string warning in result.Warnings)
        {
            context.Messages.WarnOnce(warning);
        }

        var document = new ImportDocument(
            Set: result.Set.ToString(),
            Origin: OriginDocument.Of(result.Origin),
            Files: result.Files,
            Bytes: result.Bytes,
            AddedBytes: result.AddedBytes,
            Consistent: result.Consistent,
            Unproven: result.Unproven is not null,
            Missing: result.Missing,
            CarriedOver: result.CarriedOver,
            Lost: result.Lost,
            Warnings: [.. result.Warnings]
        );
        context.Result.Outcome = $"set {result.Set} is imported";
        context.Result.Write(
            document,
            CliJson.Relaxed.ImportDocument,
            writer =>
            {
                writer.WriteLine(
                    $"imported {file} as set {document.Set}: {Amounts.Count(document.Files, "file")}, "
                        + $"{Amounts.Bytes(document.Bytes)}; {Amounts.Bytes(document.AddedBytes)} added"
                );
                writer.WriteLine(
                    $"it was set {document.Origin.Set} of {document.Origin.Installation}, exported "
                        + $"{Units.Time(document.Origin.Exported)}; "
                        + SetState.Of(document.Consistent, document.Unproven, document.CarriedOver)
                );
            }
        );
        if (result.Lost > 0)
        {
            context.Messages.Error($"{Amounts.Count(result.Lost)} files were lost already when the set was exported");
        }

        if (result.Missing > 0)
        {
            context.Messages.Error(
                $"{Amounts.Count(result.Missing)} required files are not in the set; 'abf show {result.Set}' names them"
            );
        }

        if (result.Unproven is { } unproven)
        {
            context.Messages.Error($"whether the files of the set fit its database is not proved: {unproven}");
        }

        return result.HasFindings ? ExitCodes.Findings : ExitCodes.Done;
    }

    /// <summary>Says every few seconds how far it is.</summary>
    private static Action<long> Teller(CommandContext context)
    {
        long told = context.Time.GetTimestamp();
        return bytes =>
        {
            if (context.Time.GetElapsedTime(told) >= TellsEvery)
            {
                told = context.Time.GetTimestamp();
                context.Messages.Note($"{Amounts.Bytes(bytes)} imported");
            }
        };
    }
}
