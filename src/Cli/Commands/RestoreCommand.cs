using System.CommandLine;
using System.Globalization;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
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
            options.Owner,
            options.DryRun,
        };
        command.SetAction(parsed => runner.RunAsync(parsed, context => RunAsync(context, parsed, options)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, RestoreArguments options)
    {
        string? database = parsed.GetValue(options.Database);
        if (database is null != parsed.GetValue(options.NoDatabase))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                "say either --database URL (with --database-password-file FILE), or --no-database"
            );
        }

        if (database is not null)
        {
            // Before the journal keeps it: a password in the URL is refused, and must not stand in any file.
            DatabaseConnection.FromRestoreUrl(database, password: null, toolPath: null);
        }

        RunId set;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            set = opened.FindSet(parsed.GetRequiredValue(options.Set)).Id;
        }

        BackupOptions configured = context.Options;
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(options.Target)));
        string? passwordFile = parsed.GetValue(options.DatabasePasswordFile) is { } file
            ? Path.GetFullPath(file)
            : null;
        var input = new RestoreInput(
            set,
            target,
            database is null
                ? null
                : new RestoreDatabaseTarget(database, passwordFile, configured.Installation.Database.ToolPath),
            parsed.GetValue(options.Owner) is { } owner ? ParseOwner(owner) : null,
            configured.Backup.Parallelism
        );
        if (parsed.GetValue(options.DryRun))
        {
            await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
            Report(context, input, await RestoreDryRun.PreviewAsync(environment.Flows, input, context.Stop));
            return ExitCodes.Done;
        }

        await using RestoreHost host = await RestoreHost.OpenAsync(context, target);
        return Report(context, input, await host.RunAsync(input));
    }

    private static void Report(CommandContext context, RestoreInput input, RestorePreview preview)
    {
        RestorePlan plan = preview.Plan;
        Warn(context, plan.Warnings);
        var document = new RestorePlanDocument(
            plan.Set.ToString(),
            input.Target,
            plan.Files,
            plan.Bytes,
            input.Database is null ? null : plan.DatabaseVendor,
            plan.KnownMissing,
            [.. preview.Roots.Select(r => new RestoreRootDocument(r.Name, r.Files, r.Bytes))],
            [.. plan.Warnings]
        );
        context.Result.Write(
            document,
            CliJson.Relaxed.RestorePlanDocument,
            writer =>
            {
                writer.WriteLine(
                    $"would restore set {document.Set} into {document.Target}: "
                        + $"{Units.Count(document.Files, "file")}, {Units.Bytes(document.Bytes)}"
                );
                foreach (RestoreRootDocument root in document.Roots)
                {
                    writer.WriteLine($"  {root.Name}: {Units.Count(root.Files, "file")}, {Units.Bytes(root.Bytes)}");
                }

                writer.WriteLine(
                    document.Database is null
                        ? "  no database"
                        : $"  the {document.Database} dump, into an empty database"
                );
            }
        );
    }

    private static int Report(CommandContext context, RestoreInput input, RestoreResult result)
    {
        Warn(context, result.Warnings);
        UnsetAttributes unset = result.Unset;
        if (unset != UnsetAttributes.None)
        {
            context.Messages.Warn(
                $"could not be set as recorded: the owner of {Units.Count(unset.Owners)}, "
                    + $"the mode of {Units.Count(unset.Modes)}, the time of {Units.Count(unset.Times)} files and directories"
                    + (unset.Owners > 0 ? "; run as root, or set owners with chown" : string.Empty)
            );
        }

        RestoreResultDocument document = RestoreResultDocument.Of(result, input.Target, withPaths: true);
        context.Result.Outcome = $"set {document.Set} is restored into {document.Target}";
        context.Result.Write(
            document,
            CliJson.Relaxed.RestoreResultDocument,
            writer =>
            {
                writer.WriteLine(
                    $"restored set {document.Set} into {document.Target}: "
                        + $"{Units.Count(document.Files, "file")}, {Units.Bytes(document.Bytes)}"
                        + (document.Database ? ", and the database" : string.Empty)
                );
                writer.WriteLine(
                    $"{Units.Count(document.Required)} files are required, {Units.Count(document.Missing)} are missing"
                );
            }
        );
        if (!result.HasFindings)
        {
            return ExitCodes.Done;
        }

        context.Messages.Error(
            result.Missing > 0
                ? $"{Units.Count(result.Missing)} required files were missing when set {result.Set} was sealed, "
                    + $"and are missing now: {string.Join(", ", result.NamedMissing)}"
                : $"{Units.Count(result.CarriedOver)} files of set {result.Set} are older than its database; "
                    + $"'abf show {result.Set}' names them"
        );
        return ExitCodes.Findings;
    }

    private static void Warn(CommandContext context, IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            context.Messages.Warn(warning);
        }
    }

    /// <summary><c>USER:GROUP</c>, <c>USER</c> or <c>:GROUP</c>; names of this machine, or numbers.</summary>
    private static RestoreOwner ParseOwner(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 2 || parts.All(string.IsNullOrEmpty))
        {
            throw new PermanentException(ErrorKind.Configuration, $"--owner '{text}' is not USER:GROUP");
        }

        return new RestoreOwner(
            IdOf(parts[0], "user", OwnerNames.FindUser),
            parts.Length > 1 ? IdOf(parts[1], "group", OwnerNames.FindGroup) : null
        );

        uint? IdOf(string name, string kind, Func<string, uint?> find) =>
            name.Length == 0 ? null
            : uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id
            : find(name)
                ?? throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--owner '{text}': this machine has no {kind} '{name}'; create it, or give its number"
                );
    }

    private sealed class RestoreArguments
    {
        public Option<string> Set { get; } =
            new("--set") { Description = "The set's id, or 'latest'.", Required = true };

        public Option<string> Target { get; } =
            new("--target") { Description = "The directory that becomes dir.root; absent or empty.", Required = true };

        public Option<string?> Database { get; } =
            new("--database")
            {
                Description = "The empty database: postgresql://user@host:port/name or mysql://user@host:port/name.",
            };

        public Option<string?> DatabasePasswordFile { get; } =
            new("--database-password-file") { Description = "A file that holds its password." };

        public Option<bool> NoDatabase { get; } = new("--no-database") { Description = "Restore the files alone." };

        public Option<string?> Owner { get; } =
            new("--owner") { Description = "USER:GROUP that owns everything, in place of the recorded owners." };

        public Option<bool> DryRun { get; } =
            new("--dry-run") { Description = "Make every check and say what would be done; begin no restore." };
    }
}
