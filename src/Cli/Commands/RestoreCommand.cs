using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository.Format;
using DatabaseConnection = AlfrescoBackupFlows.Alfresco.Databases.DatabaseConnection;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf restore</c>: a set into an empty directory and an empty database.</summary>
internal static class RestoreCommand
{
    public static Command Create(CommandRunner runner)
    {
        var options = new RestoreArguments();
        var command = new DocumentedCommand(
            "restore",
            "Restore a set into an empty directory and an empty database; goes on with an unfinished restore.",
            "abf restore --set latest --target /opt/alfresco/alf_data "
                + "--database postgresql://alfresco@localhost:5432/alfresco --database-password-file /root/alfresco-password",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Findings,
            ExitCodes.Busy,
            ExitCodes.Storage,
            ExitCodes.Repository,
            ExitCodes.Target,
            ExitCodes.Cancelled
        )
        {
            options.Set,
            options.Target,
            options.Database,
            options.DatabasePasswordFile,
            options.NoDatabase,
            options.DatabaseOnly,
            options.Include,
            options.Exclude,
            options.Roots,
            options.Repair,
            options.Overwrite,
            options.LimitRate,
            options.Owner,
            options.Strict,
            options.AnySpace,
            options.DryRun,
        };
        command.SetAction(parsed => runner.RunAsync(parsed, context => RunAsync(context, parsed, options)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, RestoreArguments options)
    {
        options.Check(parsed);
        context.ReadBytesPerSecond = options.LimitRateOf(parsed);
        RestoreSelection? selection = options.SelectionOf(parsed);
        bool isRepair = parsed.GetValue(options.Repair);
        bool databaseOnly = parsed.GetValue(options.DatabaseOnly);
        RestoreDatabaseTarget? database;
        string target;
        RunId set;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            opened.Repository.RequireContentKeys("A set cannot be restored");
            database = ReadDatabase(context.Options, parsed, options);
            target = databaseOnly
                ? DatabaseDirectory(context.Options, database!)
                : Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetValue(options.Target)!));
            set = FindSet(context, opened, parsed.GetRequiredValue(options.Set), target);
            if (isRepair && (selection is null || selection.Roots.IsEmpty))
            {
                SetManifest manifest = await opened.Repository.Log.ReadManifestAsync(
                    opened.FindSet(set.ToString()),
                    context.Stop
                );
                selection = (selection ?? new RestoreSelection()) with
                {
                    Roots = RestoreSelection.RootsOfRepair(manifest),
                };
            }
        }

        var input = new RestoreInput(set, target, database, options.OwnerOf(parsed), context.Options.Backup.Parallelism)
        {
            Strict = parsed.GetValue(options.Strict),
            DatabaseOnly = databaseOnly,
            AnySpace = parsed.GetValue(options.AnySpace),
            Selection = selection,
            Repair = isRepair,
            Overwrite = parsed.GetValue(options.Overwrite),
        };
        if (parsed.GetValue(options.DryRun))
        {
            await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
            return RestoreReport.Write(
                context,
                input,
                await RestoreDryRun.PreviewAsync(environment.Flows, input, context.Stop)
            );
        }

        await using RestoreHost host = await RestoreHost.OpenAsync(context, target);
        return RestoreReport.Write(context, input, await host.RunAsync(input));
    }

    private static RestoreDatabaseTarget? ReadDatabase(
        BackupOptions configured,
        ParseResult parsed,
        RestoreArguments options
    )
    {
        string? passwordFile = parsed.GetValue(options.DatabasePasswordFile) is { } file
            ? Path.GetFullPath(file)
            : null;
        return parsed.GetValue(options.Database) is { } database
            ? new RestoreDatabaseTarget(database, passwordFile, configured.Installation.Database.ToolPath)
            : null;
    }

    /// <summary>For the marker of a database that is restored alone: one directory for each database.</summary>
    private static string DatabaseDirectory(BackupOptions configured, RestoreDatabaseTarget database)
    {
        string place = DatabaseConnection.FromRestoreUrl(database.Url, password: null, toolPath: null).Place;
        return Path.GetFullPath(
            StateDirectory.Beneath(configured.State!, "database-restores", InstanceIds.StampOf(place))
        );
    }

    /// <summary>
    /// <c>latest</c> is the newest consistent set; where the target holds an unfinished restore, the set of that one,
    /// however many were committed since.
    /// </summary>
    private static RunId FindSet(CommandContext context, OpenedRepository opened, string text, string target)
    {
        if (
            text == InstallationSets.Latest
            && RestoreDryRun.FindUnfinished(target, opened.Repository.Id) is { } unfinished
            && opened.Sets.Any(s => s.Id == unfinished)
        )
        {
            context.Messages.Note($"going on with set {unfinished}, whose restore is unfinished there");
            return unfinished;
        }

        return opened.FindSetToUse(text, context.Messages).Id;
    }
}
