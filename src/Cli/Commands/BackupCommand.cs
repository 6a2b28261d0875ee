using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf backup</c>: the hot backup, to its end; an unfinished run of the same installation goes on first.
/// </summary>
internal static class BackupCommand
{
    public static Command Create(CommandRunner runner)
    {
        var acceptContentLoss = new Option<bool>("--accept-content-loss")
        {
            Description =
                "Seal the set although a content root is gone, is empty, or lost more than 1 % of its files "
                + "since the last set (of the keystore: any).",
        };
        var command = new DocumentedCommand(
            "backup",
            "Take a hot backup, to its end; goes on with an unfinished one.",
            "abf backup --quiet",
            ExitCodes.OfBackup
        )
        {
            acceptContentLoss,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context => TellingAsync(context, () => RunAsync(context, parsed.GetValue(acceptContentLoss)))
            )
        );
        return command;
    }

    /// <summary>Tells of a failure before the run, or beside it; how a run itself ended is told where that is seen.</summary>
    public static async Task<int> TellingAsync(CommandContext context, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (e is not (FlowException or OperationCanceledException) && context.Loaded is not null)
        {
            FlowFailure failure = FlowFailure.From(e);
            await context.Notifications.NotStartedAsync(nameof(HotBackupFlow), failure);
            await CommandTelemetry.NotStartedAsync(context, failure);
            throw;
        }
    }

    private static async Task<int> RunAsync(CommandContext context, bool acceptContentLoss)
    {
        context.Load(OptionsScope.Installation);
        await using BackupHost host = await BackupHost.OpenAsync(context);
        if (host.FindUnfinished() is { } unfinished)
        {
            if (acceptContentLoss && !unfinished.AcceptContentLoss)
            {
                throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--accept-content-loss: run {unfinished.Run} is unfinished and began without it; "
                        + $"'{context.CommandLine("cancel")}' gives that run up, and then the option counts"
                );
            }

            context.Messages.Note($"run {unfinished.Run} is resumed");
            if (await host.TryFinishAsync(unfinished.Run) is { } resumed)
            {
                return Report(context, host, resumed);
            }
        }

        if (host.HasAbandoned)
        {
            context.Messages.Note("a new run starts from the last set");
        }

        HotBackupResult result =
            await host.TryFinishAsync(host.StartNew(acceptContentLoss))
            ?? throw new InvalidOperationException("a run that this version began does not match its journal");
        return Report(context, host, result);
    }

    /// <summary>What a committed set gets, whoever drove the run to its end.</summary>
    public static int Report(CommandContext context, BackupHost host, HotBackupResult result)
    {
        string installation = context.Options.Installation.Name!;
        BackupResultDocument document = BackupResultDocument.Of(result, installation, host.Traffic());
        foreach (string warning in document.Warnings)
        {
            context.Messages.WarnOnce(warning);
        }

        context.Result.Outcome = $"set {result.Set} is sealed";
        context.Result.Write(document, CliJson.Relaxed.BackupResultDocument, writer => WriteText(document, writer));
        if (result.RetentionFault is { } fault)
        {
            context.Messages.Error(
                $"set {result.Set} is sealed, but what should be forgotten or pruned after it was not: {fault}"
            );
        }

        if (result.MirrorFault is { } copies)
        {
            context.Messages.Error($"set {result.Set} is sealed, but mirrors do not have it: {copies}");
        }

        if (result.HasFindings)
        {
            context.Messages.Error(
                $"set {result.Set} is sealed, with findings: {string.Join("; ", FindingsOf(result))}; "
                    + $"'{context.CommandLine("show " + result.Set)}' names them"
            );
        }

        return CodeOf(result);
    }

    /// <summary>What a backup that sealed a set ends with.</summary>
    public static int CodeOf(HotBackupResult result) =>
        result is { HasFindings: false, RetentionFault: null, MirrorFault: null } ? ExitCodes.Done : ExitCodes.Findings;

    private static IEnumerable<string> FindingsOf(HotBackupResult result)
    {
        string? further = result.FurtherFindings();
        if (further is not null)
        {
            yield return further;
        }

        long missing = result.Missing - (result.LooksEncoded ? Math.Min(result.WrongSizes, result.Missing) : 0);
        if (further is null || missing + result.SourceMissing + result.SourceChanged > 0)
        {
            yield return $"{Amounts.Count(missing, "required file")} missing, "
                + $"{Amounts.Count(result.SourceMissing)} gone at the source, "
                + $"{Amounts.Count(result.SourceChanged)} changed at the source";
        }
    }

    private static void WriteText(BackupResultDocument set, TextWriter writer)
    {
        string state = SetState.Of(set.Consistent, set.Unproven, set.SourceMissing + set.SourceChanged);
        writer.WriteLine($"set {set.Id}: {state}");
        writer.WriteLine(
            $"{Amounts.Count(set.Files, "file")}, {Amounts.Bytes(set.Bytes)}; {Amounts.Bytes(set.AddedBytes)} stored, "
                + $"{Amounts.Count(set.Storage!.Requests, "storage request")}"
        );
    }
}
