using System.CommandLine;
using System.Globalization;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
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
    /// <summary>Lost files that are named on stderr; the list in the target has them all.</summary>
    private const int MaxNamed = 100;

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
        CheckArguments(parsed, options);
        bool databaseOnly = parsed.GetValue(options.DatabaseOnly);
        RestoreDatabaseTarget? database;
        string target;
        RunId set;
        await using (OpenedRepository opened = await OpenedRepository.OpenAsync(context))
        {
            database = ReadDatabase(context.Options, parsed, options);
            target = databaseOnly
                ? DatabaseDirectory(context.Options, database!)
                : Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetValue(options.Target)!));
            set = FindSet(context, opened, parsed.GetRequiredValue(options.Set), target);
        }

        var input = new RestoreInput(
            set,
            target,
            database,
            parsed.GetValue(options.Owner) is { } owner ? ParseOwner(owner) : null,
            context.Options.Backup.Parallelism
        )
        {
            Strict = parsed.GetValue(options.Strict),
            DatabaseOnly = databaseOnly,
            AnySpace = parsed.GetValue(options.AnySpace),
        };
        if (parsed.GetValue(options.DryRun))
        {
            await using HostEnvironment environment = await HostEnvironment.OpenAsync(context, takesLeases: false);
            return Report(context, input, await RestoreDryRun.PreviewAsync(environment.Flows, input, context.Stop));
        }

        await using RestoreHost host = await RestoreHost.OpenAsync(context, target);
        return Report(context, input, await host.RunAsync(input));
    }

    /// <summary>
    /// A directory, a database, or both. Before the journal keeps it: a password in the URL is refused, and must not
    /// stand in any file.
    /// </summary>
    private static void CheckArguments(ParseResult parsed, RestoreArguments options)
    {
        string? database = parsed.GetValue(options.Database);
        bool databaseOnly = parsed.GetValue(options.DatabaseOnly);
        if (database is null != parsed.GetValue(options.NoDatabase) || (databaseOnly && database is null))
        {
            throw Fault("say either --database URL (with --database-password-file FILE), or --no-database");
        }

        if (databaseOnly == parsed.GetValue(options.Target) is not null)
        {
            throw Fault(
                databaseOnly
                    ? "--database-only restores no files: leave out --target"
                    : "say where the files go: --target DIRECTORY; --database-only restores the database alone"
            );
        }

        if (databaseOnly && parsed.GetValue(options.Owner) is not null)
        {
            throw Fault("--database-only restores no files: leave out --owner, which is about files");
        }

        if (database is not null)
        {
            DatabaseConnection.FromRestoreUrl(database, password: null, toolPath: null);
        }

        static PermanentException Fault(string message) => new(ErrorKind.Configuration, message);
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
        if (text != InstallationSets.Latest)
        {
            return opened.FindSet(text).Id;
        }

        if (
            RestoreDryRun.FindUnfinished(target, opened.Repository.Id) is { } unfinished
            && opened.Sets.Any(s => s.Id == unfinished)
        )
        {
            context.Messages.Note($"going on with set {unfinished}, whose restore is unfinished there");
            return unfinished;
        }

        (SetSummary set, string? passedOver) = opened.FindConsistentSet();
        if (passedOver is not null)
        {
            context.Messages.Warn(passedOver);
        }

        return set.Id;
    }

    private static int Report(CommandContext context, RestoreInput input, RestorePreview preview)
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
            plan.Lost,
            [.. plan.NamedLost],
            [.. plan.Warnings]
        );
        context.Result.Write(
            document,
            CliJson.Relaxed.RestorePlanDocument,
            writer =>
            {
                writer.WriteLine(
                    input.DatabaseOnly
                        ? $"would restore set {document.Set}"
                        : $"would restore set {document.Set} into {document.Target}: "
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
        if (plan.Lost == 0)
        {
            return ExitCodes.Done;
        }

        context.Messages.Error(
            $"{Units.Count(plan.Lost)} files of set {plan.Set} are lost and would not be restored; the first of them:"
        );
        context.Messages.Error(string.Join('\n', plan.NamedLost));
        return ExitCodes.Findings;
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
                if (input.DatabaseOnly)
                {
                    writer.WriteLine(
                        $"restored the database of set {document.Set}, and no files: "
                            + $"{Units.Count(document.Required)} are required"
                    );
                    return;
                }

                writer.WriteLine(
                    $"restored set {document.Set} into {document.Target}: "
                        + $"{Units.Count(document.Files, "file")}, {Units.Bytes(document.Bytes)}"
                        + (document.Database ? ", and the database" : string.Empty)
                );
                writer.WriteLine(
                    $"{Units.Count(document.Required)} files are required, {Units.Count(document.Missing)} are missing"
                        + (document.Lost > 0 ? $", {Units.Count(document.Lost)} are lost" : string.Empty)
                );
            }
        );
        if (!result.HasFindings)
        {
            return ExitCodes.Done;
        }

        if (result.Lost > 0)
        {
            string list = Path.Combine(input.Target, RestoreDryRun.LostFiles);
            context.Messages.Error(
                $"{Units.Count(result.Lost)} files of set {result.Set} are lost in the repository and are not in "
                    + $"{input.Target}; '{list}' names them, the first are:"
            );
            IEnumerable<string> named = GivenPath.IsFile(list)
                ? GivenPath.ReadLines(list).Take(MaxNamed).Select(ToSentence)
                : result.NamedLost;
            context.Messages.Error(string.Join('\n', named));
        }

        if (result.Unproven is { } unproven)
        {
            context.Messages.Error(
                $"whether the files of set {result.Set} fit its database is not proved: {unproven}; look into the "
                    + "restored database before Alfresco starts, or take an older set"
            );
        }

        if (result.Missing == 0 && result.CarriedOver == 0)
        {
            return ExitCodes.Findings;
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

    /// <summary>A line of the list has directory, path and why with tabs between.</summary>
    private static string ToSentence(string line) =>
        line.Split('\t', 3) is [var root, var path, var why] ? $"{root}/{path}: {why}" : line;

    private static void Warn(CommandContext context, IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            context.Messages.WarnOnce(warning);
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
            new("--set") { Description = "The set's id, or 'latest': the newest consistent one.", Required = true };

        public Option<string?> Target { get; } =
            new("--target") { Description = "The directory that becomes dir.root; absent or empty." };

        public Option<string?> Database { get; } =
            new("--database")
            {
                Description = "The empty database: postgresql://user@host:port/name or mysql://user@host:port/name.",
            };

        public Option<string?> DatabasePasswordFile { get; } =
            new("--database-password-file") { Description = "A file that holds its password." };

        public Option<bool> NoDatabase { get; } = new("--no-database") { Description = "Restore the files alone." };

        public Option<bool> DatabaseOnly { get; } =
            new("--database-only") { Description = "Restore the database alone, without --target." };

        public Option<bool> Strict { get; } =
            new("--strict")
            {
                Description = "End at the first file that the repository lost; otherwise all others are restored.",
            };

        public Option<bool> AnySpace { get; } =
            new("--any-space") { Description = "Begin although the target has too little free space; it compresses." };

        public Option<string?> Owner { get; } =
            new("--owner") { Description = "USER:GROUP that owns everything, in place of the recorded owners." };

        public Option<bool> DryRun { get; } =
            new("--dry-run") { Description = "Make every check and say what would be done; begin no restore." };
    }
}
