using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Listings;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf sets</c>: the installation's sets, newest first.</summary>
internal static class SetsCommand
{
    public static Command Create(CommandRunner runner)
    {
        Option<string?> expected = ExpectedHead.NewOption();
        var head = new Option<bool>("--head")
        {
            Description = "With --json: write the head of the log too, as {\"head\":...,\"sets\":[...]}.",
        };
        var command = new DocumentedCommand(
            "sets",
            "List the sets, newest first.",
            "abf sets --json",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            expected,
            head,
        };
        command.SetAction(parsed =>
            runner.RunAsync(parsed, context => RunAsync(context, parsed.GetValue(expected), parsed.GetValue(head)))
        );
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? expected, bool withHead)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context, expected);
        SetCheckTable checks = await opened.ReadChecksAsync(context);
        SetDocument[] sets = [.. opened.Sets.Select(set => SetDocument.Of(set, checks))];
        if (withHead)
        {
            context.Result.Write(
                new SetsDocument(HeadDocument.Of(opened.Head), sets),
                CliJson.Relaxed.SetsDocument,
                writer => WriteText(sets, opened.Head, writer)
            );
        }
        else
        {
            context.Result.Write(
                sets,
                CliJson.Relaxed.SetDocumentArray,
                writer => WriteText(sets, opened.Head, writer)
            );
        }

        return ExitCodes.Done;
    }

    private static void WriteText(SetDocument[] sets, LogHead head, TextWriter writer)
    {
        if (sets.Length == 0)
        {
            writer.WriteLine("no sets yet");
        }
        else
        {
            WriteTable(sets, writer);
        }

        if (head.Sequence >= 0)
        {
            writer.WriteLine($"head of the log: entry {head.Sequence}, {head.Sha256}");
        }
    }

    private static void WriteTable(SetDocument[] sets, TextWriter writer)
    {
        var table = new TextTable(
            "SET",
            "INSTALLATION",
            "SEALED",
            "TOOK",
            "STATE",
            "FILES",
            "BYTES",
            "ADDED",
            "VERIFIED",
            "DRILL"
        );
        foreach (SetDocument s in sets)
        {
            table.Add(
                s.Id,
                s.Installation,
                Units.Time(s.Sealed),
                Units.Duration(s.Sealed - s.Started),
                s.Imported ? $"{StateOf(s)}, imported" : StateOf(s),
                Amounts.Count(s.Files),
                Amounts.Bytes(s.Bytes),
                Amounts.Bytes(s.AddedBytes),
                CheckText.Short(s.LastVerification),
                CheckText.Short(s.LastDrill)
            );
        }

        table.WriteTo(writer, 3, 5, 6, 7);
    }

    private static string StateOf(SetDocument set) =>
        set.Unproven ? "unproven"
        : !set.Consistent ? $"{Amounts.Count(set.Missing)} MISSING"
        : set.Missing > 0 ? $"consistent, {Amounts.Count(set.Missing)} acknowledged"
        : "consistent";
}
