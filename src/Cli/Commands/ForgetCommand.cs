using System.Collections.Immutable;
using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Hosting.Notifications;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf forget</c>: ends sets, by rules or by name. What they took up is given back by <c>abf prune</c>.</summary>
internal static class ForgetCommand
{
    public static Command Create(CommandRunner runner)
    {
        var sets = new Argument<string[]>("SET")
        {
            Description = "Ids of sets to forget; without any, what no rule keeps.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<int?> last = Count("--keep-last", "Keep the newest N sets.");
        var within = new Option<string?>("--keep-within")
        {
            Description = "Keep sets that are no older than this, counted from the newest, such as 30d.",
            HelpName = "TIME",
        };
        Option<int?> daily = Count("--keep-daily", "Keep the newest set of each of N days.");
        Option<int?> weekly = Count("--keep-weekly", "Keep the newest set of each of N weeks.");
        Option<int?> monthly = Count("--keep-monthly", "Keep the newest set of each of N months.");
        Option<int?> yearly = Count("--keep-yearly", "Keep the newest set of each of N years.");
        var prune = new Option<bool>("--prune")
        {
            Description = "Then give their storage back, as 'abf prune' does: one start in place of two.",
        };
        Option<bool> dryRun = DryRun.NewOption("forgotten");
        var command = new DocumentedCommand(
            "forget",
            "Forget sets, by rules (default: those of 'retention') or by name. 'abf prune' then gives their storage back.",
            "abf forget --keep-daily 14 --keep-weekly 8 --keep-monthly 12 --dry-run",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            sets,
            last,
            within,
            daily,
            weekly,
            monthly,
            yearly,
            prune,
            dryRun,
        };
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetValue(sets) ?? [],
                        new KeepRules(
                            parsed.GetValue(last),
                            Parse(parsed.GetValue(within)),
                            parsed.GetValue(daily),
                            parsed.GetValue(weekly),
                            parsed.GetValue(monthly),
                            parsed.GetValue(yearly)
                        ),
                        parsed.GetValue(prune),
                        parsed.GetValue(dryRun)
                    )
            )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context,
        string[] sets,
        KeepRules given,
        bool prunes,
        bool dryRun
    )
    {
        if (prunes && dryRun)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "--prune and --dry-run do not go together: 'abf prune --dry-run' tells what would be freed, once the sets "
                    + "are forgotten"
            );
        }

        context.Load(OptionsScope.Repository);
        ForgetRequest request = RequestOf(context, sets, given);
        HostEnvironment? environment = null;
        try
        {
            ForgetResult result = await ToldCommand.RunAsync(
                context,
                CommandKind.Forget,
                dryRun,
                async () =>
                {
                    environment = await HostEnvironment.OpenAsync(context, takesLeases: true);
                    var forgetting = new Forgetting(environment.Flows);
                    return dryRun
                        ? await forgetting.PreviewAsync(request, context.Stop)
                        : await forgetting.RunAsync(request, context.Stop);
                }
            );
            var document = ForgetDocument.Of(result);
            if (prunes)
            {
                await PruneAsync(context, environment!, document);
            }
            else
            {
                Write(context, document, dryRun);
            }

            return ExitCodes.Done;
        }
        finally
        {
            await (environment?.DisposeAsync() ?? default);
        }
    }

    private static async Task PruneAsync(CommandContext context, HostEnvironment environment, ForgetDocument forgotten)
    {
        PruneReport report;
        try
        {
            context.HowToGoOn = PruneCommand.GoesOn;
            report = await PruneCommand.RunAsync(
                context,
                Pruning.OptionsOf(context.Options.Retention),
                dryRun: false,
                environment
            );
        }
        catch
        {
            // They are forgotten, however the prune ended; the exit code is the prune's.
            Write(context, forgotten, dryRun: false);
            throw;
        }

        var document = PruneDocument.Of(report, dryRun: false);
        context.Result.Write(
            new ForgetPruneDocument(forgotten.Kept, forgotten.Forgotten, document),
            CliJson.Relaxed.ForgetPruneDocument,
            writer =>
            {
                WriteText(forgotten, dryRun: false, writer, isPruned: true);
                PruneCommand.WriteText(document, writer);
            }
        );
        PruneCommand.Warn(context, report);
    }

    private static void Write(CommandContext context, ForgetDocument document, bool dryRun) =>
        context.Result.Write(document, CliJson.Relaxed.ForgetDocument, writer => WriteText(document, dryRun, writer));

    private static ForgetRequest RequestOf(CommandContext context, string[] sets, KeepRules given)
    {
        if (sets.Length > 0)
        {
            return given == KeepRules.None
                ? new ForgetRequest(null, [.. sets.Select(Parse)])
                : throw new PermanentException(
                    ErrorKind.Configuration,
                    "name sets, or give rules (--keep-...): not both"
                );
        }

        KeepRules rules = given == KeepRules.None ? KeepRules.Of(context.Options.Retention) : given;
        return rules.IsEmpty
            ? throw new PermanentException(
                ErrorKind.Configuration,
                "there is no rule to keep sets by: give --keep-last, --keep-daily or another, or set 'retention' "
                    + "(docs/retention.md); or name the sets to forget"
            )
            : new ForgetRequest(rules, []);

        static RunId Parse(string text) =>
            RunId.TryParse(text, out RunId id)
                ? id
                : throw new PermanentException(
                    ErrorKind.Configuration,
                    $"'{text}' is no id of a set: 'abf sets' lists what there is"
                );
    }

    private static void WriteText(ForgetDocument document, bool dryRun, TextWriter writer, bool isPruned = false)
    {
        var table = new TextTable("SET", "", "BECAUSE");
        foreach (KeptSetDocument set in document.Kept)
        {
            table.Add(set.Id, "kept", string.Join(", ", set.Reasons));
        }

        foreach (ForgottenSetDocument set in document.Forgotten)
        {
            table.Add(set.Id, dryRun ? "would be forgotten" : "forgotten", string.Empty);
        }

        table.WriteTo(writer);
        writer.WriteLine(
            $"{Amounts.Count(document.Kept.Length, "set")} kept, {Amounts.Count(document.Forgotten.Length)} "
                + (dryRun ? "would be forgotten" : "forgotten")
                + (
                    dryRun || isPruned || document.Forgotten.Length == 0
                        ? string.Empty
                        : "; 'abf prune' gives the storage back"
                )
        );
    }

    private static TimeSpan? Parse(string? text) =>
        text is null ? null
        : Duration.TryParse(text, out TimeSpan duration) ? duration
        : throw new PermanentException(
            ErrorKind.Configuration,
            $"--keep-within '{text}' does not fit: {Duration.Form}"
        );

    private static Option<int?> Count(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int count) && count < 0)
            {
                result.AddError($"{name} '{text}' is out of bounds: write 0 or more");
            }
        });
        return option;
    }
}
