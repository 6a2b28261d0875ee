using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Exporting;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Streams;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf export SET FILE</c>: a set as one file that tar and zstd open.</summary>
internal static class ExportCommand
{
    /// <summary>In place of a file: standard output or input.</summary>
    public const string Standard = "-";

    private static readonly TimeSpan TellsEvery = TimeSpan.FromSeconds(10);

    public static Command Create(CommandRunner runner)
    {
        var set = new Argument<string>("SET")
        {
            Description = "The id of a set, or 'latest': the newest consistent one.",
        };
        var file = new Argument<string>("FILE")
        {
            Description = "The new file, such as acme.tar.zst; '-' is standard output.",
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace a file that exists." };
        var command = new DocumentedCommand(
            "export",
            "Write a set as one file that tar and zstd open: dump, index, files, sums. The file is plain text: whoever "
                + "can read it has everything in it.",
            "abf export latest /mnt/usb/acme.tar.zst",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Target,
            ExitCodes.Cancelled
        )
        {
            set,
            file,
            overwrite,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetRequiredValue(set),
                        parsed.GetRequiredValue(file),
                        parsed.GetValue(overwrite)
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string text, string file, bool overwrite)
    {
        if (file == Standard)
        {
            RequirePipe(context, overwrite);
        }

        RunId set;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            opened.Repository.RequireContentKeys("A set cannot be exported");
            set = opened.FindSetToUse(text, context.Messages).Id;
        }

        context.HowToGoOn = "nothing is left of the file; an export begins anew";
        WarnOfPlainText(context);
        await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
        ExportResult? result = null;
        long length = 0;
        if (file == Standard)
        {
            await using var output = new PipeOutput(StandardStreams.OpenOutput());
            result = await ExportAsync(output);
            length = output.Written;
        }
        else
        {
            file = Path.GetFullPath(file);
            (result, length) = await WriteAsync(file, overwrite, ExportAsync);
        }

        return Report(context, result!, file, length);

        Task<ExportResult> ExportAsync(Stream output) =>
            new SetExport(environment.Flows).RunAsync(set, output, Teller(context), context.Stop);
    }

    /// <summary>It gets its name when it is whole, and nothing is left of it where that fails.</summary>
    private static async Task<(ExportResult Result, long Length)> WriteAsync(
        string path,
        bool overwrite,
        Func<Stream, Task<ExportResult>> export
    )
    {
        try
        {
            if (NewFile.IsTaken(path))
            {
                if (!overwrite)
                {
                    throw Taken(path);
                }

                // A device or a directory is said before hours of work.
                GivenPath.OpenRead(path).Dispose();
            }

            await using var file = NewFile.Create(path, isPrivate: true);
            ExportResult result = await export(file.Stream);
            long length = file.Stream.Length;
            return file.Publish(overwrite) ? (result, length) : throw Taken(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"'{path}' cannot be written ({e.Message}): name a file in a directory that exists, where this user may write "
                    + "and there is room",
                e
            );
        }
    }

    private static PermanentException Taken(string path) =>
        new(ErrorKind.Target, $"'{path}' exists: name another file, or say --overwrite to replace it");

    private static void RequirePipe(CommandContext context, bool overwrite)
    {
        string? fault =
            context.Result.IsJson ? "--json and '-' both want standard output: name a file"
            : overwrite ? "--overwrite is about a file, and '-' is standard output: leave it out"
            : StandardStreams.IsOutputTerminal
                ? "'-' writes bytes that no terminal shows: send them into a file or a pipe, as in 'abf export latest - | ssh ...'"
            : null;
        if (fault is not null)
        {
            throw new PermanentException(ErrorKind.Configuration, fault);
        }
    }

    internal static void WarnOfPlainText(CommandContext context) =>
        context.Messages.Warn(
            "what is exported is plain text: documents, database, keystore and passwords, for whoever can read it; keep it "
                + "where only they may, or encrypt it"
        );

    internal static int Report(CommandContext context, ExportResult result, string file, long length)
    {
        foreach (string warning in result.Warnings)
        {
            context.Messages.WarnOnce(warning);
        }

        var document = new ExportDocument(
            Set: result.Set.ToString(),
            File: file,
            FileBytes: length,
            Files: result.Files,
            Bytes: result.Bytes,
            Database: result.Database,
            Missing: result.Missing,
            CarriedOver: result.CarriedOver,
            Unproven: result.Unproven is not null,
            Lost: result.Lost,
            LostFiles: [.. result.NamedLost],
            Warnings: [.. result.Warnings]
        );
        string line =
            $"exported set {result.Set} to {(file == Standard ? "standard output" : file)}: "
            + $"{Amounts.Count(result.Files, "file")}, {Amounts.Bytes(result.Bytes)}"
            + $"{(result.Database ? ", the database with them" : string.Empty)}; {Amounts.Bytes(length)} in the file";
        if (file == Standard)
        {
            context.Messages.Note(line);
        }
        else
        {
            context.Result.Outcome = "the set is exported";
            context.Result.Write(document, CliJson.Relaxed.ExportDocument, writer => writer.WriteLine(line));
        }

        Tell(context, result);
        return result.HasFindings ? ExitCodes.Findings : ExitCodes.Done;
    }

    private static void Tell(CommandContext context, ExportResult result)
    {
        if (result.Lost > 0)
        {
            context.Messages.Error(
                $"{Amounts.Count(result.Lost)} files of set {result.Set} are lost in the repository and are NOT in the file; "
                    + "LOST in it names them all, the first are:"
            );
            context.Messages.Error(string.Join('\n', result.NamedLost));
        }

        if (result.Missing > 0)
        {
            context.Messages.Error(
                $"{Amounts.Count(result.Missing)} required files were missing when set {result.Set} was sealed, and are not in "
                    + $"the file; 'abf show {result.Set}' names them"
            );
        }

        if (result.CarriedOver > 0)
        {
            context.Messages.Error(
                $"{Amounts.Count(result.CarriedOver)} files of set {result.Set} are older than its database; "
                    + $"'abf show {result.Set}' names them"
            );
        }

        if (result.Unproven is { } unproven)
        {
            context.Messages.Error($"whether the files of set {result.Set} fit its database is not proved: {unproven}");
        }
    }

    /// <summary>Says every few seconds how far it is.</summary>
    private static Action<long, long> Teller(CommandContext context)
    {
        long told = context.Time.GetTimestamp();
        return (files, bytes) =>
        {
            if (context.Time.GetElapsedTime(told) >= TellsEvery)
            {
                told = context.Time.GetTimestamp();
                context.Messages.Note($"{Amounts.Count(files, "file")} exported, {Amounts.Bytes(bytes)}");
            }
        };
    }
}
