using System.Collections.Immutable;
using System.CommandLine;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Cli.Configuration;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf config</c>: the settings that count, and what is wrong with them.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandRunner runner) =>
        new DocumentedCommand(
            "config",
            "Show the settings that count and where each is from, or what is wrong with them.",
            "abf config show",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings
        )
        {
            CreateShow(runner),
            CreateCheck(runner),
        };

    private static DocumentedCommand CreateShow(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "show",
            "Show each setting that counts, and where it is from: file, environment, discovered, default.",
            "abf config show",
            ExitCodes.Done,
            ExitCodes.Usage
        );
        command.SetAction(parsed =>
            runner.RunAsync(
                parsed,
                context =>
                {
                    Show(context);
                    return Task.FromResult(ExitCodes.Done);
                }
            )
        );
        return command;
    }

    private static DocumentedCommand CreateCheck(CommandRunner runner)
    {
        var command = new DocumentedCommand(
            "check",
            "Look for every fault of the configuration; asks no server and no storage, which 'abf doctor' does.",
            "abf config check",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings
        );
        command.SetAction(parsed => runner.RunAsync(parsed, context => Task.FromResult(Check(context))));
        return command;
    }

    private static void Show(CommandContext context)
    {
        string? path = context.ConfigurationFile();
        SettingDocument[] settings =
        [
            .. OptionsReader
                .Explain(path, ScopeOf(path))
                .Select(source => new SettingDocument(
                    source.Path,
                    source.Value,
                    source.Origin.ToString().ToLowerInvariant(),
                    source.From
                )),
        ];
        context.Result.Write(
            settings,
            CliJson.Relaxed.SettingDocumentArray,
            writer =>
            {
                var table = new TextTable("SETTING", "VALUE", "FROM");
                foreach (SettingDocument setting in settings)
                {
                    table.Add(
                        setting.Setting,
                        setting.Value,
                        setting.From is null ? setting.Source : $"{setting.Source}: {setting.From}"
                    );
                }

                table.WriteTo(writer);
            }
        );
    }

    private static int Check(CommandContext context)
    {
        string? path = context.ConfigurationFile();
        ImmutableArray<ConfigFaultDocument> found = ConfigCheck.Run(path, ScopeOf(path), context.Time);
        int errors = found.Count(finding => finding.Severity == "error");
        var document = new ConfigCheckDocument(errors, found.Length - errors, [.. found]);
        string summary = $"{Amounts.Count(errors, "error")}, {Amounts.Count(document.Warnings, "warning")}";
        context.Result.Outcome = summary;
        context.Result.Write(
            document,
            CliJson.Relaxed.ConfigCheckDocument,
            writer =>
            {
                foreach (ConfigFaultDocument finding in found)
                {
                    writer.WriteLine($"{finding.Severity} {finding.What}");
                    writer.WriteLine($"  fix: {finding.Fix}");
                }

                writer.WriteLine(summary);
            }
        );
        foreach (ConfigFaultDocument finding in found.Where(_ => context.Messages.IsQuiet))
        {
            context.Messages.Error($"{finding.What}: {finding.Fix}");
        }

        return errors > 0 ? ExitCodes.Usage
            : document.Warnings > 0 ? ExitCodes.Findings
            : ExitCodes.Done;
    }

    /// <summary>A machine that only restores says nothing of an installation, and nothing is missing there.</summary>
    private static OptionsScope ScopeOf(string? path)
    {
        InstallationOptions installation = OptionsReader.Examine(path, OptionsScope.Blobs).Loaded.Options.Installation;
        return installation is { GlobalProperties: null, Root: null, Database.Url: null, Name: null }
            ? OptionsScope.Repository
            : OptionsScope.Installation;
    }
}
