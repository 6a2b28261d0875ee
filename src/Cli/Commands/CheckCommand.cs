using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.SetChecks;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>
/// <c>abf check</c>: one line and the exit code of a monitoring plugin. Every failure of the look itself is told in the
/// same way, since a monitor reads nothing else.
/// </summary>
internal static class CheckCommand
{
    private const string UsualAge = "36h";

    public static Command Create(CommandRunner runner)
    {
        Option<string> maxAge = new("--max-age")
        {
            Description = "The newest consistent set may be so old (default: 36h).",
            HelpName = "DURATION",
            DefaultValueFactory = _ => UsualAge,
        };
        Option<string?> maxVerifyAge = Age("--max-verify-age", "The last verification may be so long ago.");
        Option<string?> maxDrillAge = Age("--max-drill-age", "The last drill may be so long ago.");
        var command = new DocumentedCommand(
            "check",
            "Say in one line, with the exit codes of monitoring plugins, whether the sets are new and good.",
            "abf check --max-age 36h --max-verify-age 8d --max-drill-age 40d",
            (int)MonitorState.Ok,
            (int)MonitorState.Critical,
            (int)MonitorState.Unknown
        )
        {
            maxAge,
            maxVerifyAge,
            maxDrillAge,
        };
        command.Meaning = MonitorStates.Meaning;
        command.UsageCode = (int)MonitorState.Unknown;
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                    RunAsync(
                        context,
                        parsed.GetValue(maxAge) ?? UsualAge,
                        parsed.GetValue(maxVerifyAge),
                        parsed.GetValue(maxDrillAge)
                    )
            )
        );
        return command;
    }

    private static Option<string?> Age(string name, string description) =>
        new(name) { Description = description, HelpName = "DURATION" };

    private static async Task<int> RunAsync(CommandContext context, string maxAge, string? maxVerify, string? maxDrill)
    {
        try
        {
            var limits = new CheckLimits(
                Parse("--max-age", maxAge),
                maxVerify is null ? null : Parse("--max-verify-age", maxVerify),
                maxDrill is null ? null : Parse("--max-drill-age", maxDrill)
            );
            await using OpenedRepository opened = await OpenedRepository.OpenAsync(context);
            SetCheckTable checks = await opened.ReadChecksAsync(context);
            var check = new RepositoryCheck(
                SetFacts.Of(opened.Sets, checks),
                opened.Head.Alarms,
                context.Time.GetUtcNow()
            );
            CheckDocument document = check.Judge(limits);
            context.Result.Write(
                document,
                CliJson.Relaxed.CheckDocument,
                writer => writer.WriteLine(PluginLine.Write(document, limits))
            );
            return document.Code;
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            return Tell(context, MonitorState.Unknown, "interrupted");
        }
        catch (AbfException e)
        {
            return Tell(
                context,
                e.Kind is ErrorKind.Repository ? MonitorState.Critical : MonitorState.Unknown,
                e.Message
            );
        }
#pragma warning disable CA1031 // Whatever else happened is UNKNOWN: the codes of other commands mean something else here.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Tell(
                context,
                MonitorState.Unknown,
                $"unexpected {e.GetType().Name}: {Secret.Redact(e.Message)}; details: {ErrorReport.Write(e, context)}"
            );
        }
    }

    /// <summary>What stopped the look.</summary>
    private static int Tell(CommandContext context, MonitorState state, string why)
    {
        var document = new CheckDocument(
            MonitorStates.Word(state),
            (int)state,
            [.. why.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            Set: null,
            Sealed: null,
            AgeSeconds: null,
            Sets: 0,
            LastVerification: null,
            VerificationAgeSeconds: null,
            LastDrill: null,
            DrillAgeSeconds: null
        );
        context.Result.Write(
            document,
            CliJson.Relaxed.CheckDocument,
            writer => writer.WriteLine(PluginLine.Line(document.State, string.Join("; ", document.Problems)))
        );
        return document.Code;
    }

    private static TimeSpan Parse(string option, string text) =>
        Duration.TryParse(text, out TimeSpan duration) && duration > TimeSpan.Zero
            ? duration
            : throw new PermanentException(ErrorKind.Configuration, $"{option} '{text}' does not fit: {Duration.Form}");
}
