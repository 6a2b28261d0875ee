using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>What <c>abf restore</c> says of a restore, or of what one would do, and which exit code that has.</summary>
internal static class RestoreReport
{
    /// <summary>Lost files that are named on stderr; the list in the target has them all.</summary>
    private const int MaxNamed = 100;

    public static int Write(CommandContext context, RestoreInput input, RestorePreview preview)
    {
        RestorePlan plan = preview.Plan;
        Warn(context, plan.Warnings);
        var document = new RestorePlanDocument(
            Set: plan.Set.ToString(),
            Target: input.Target,
            Files: plan.Files - plan.Lost,
            Bytes: plan.Bytes - plan.LostBytes,
            Database: input.Database is null ? null : plan.DatabaseVendor,
            Unproven: plan.Unproven is not null,
            Missing: plan.KnownMissing,
            Roots: [.. preview.Roots.Select(r => new RestoreRootDocument(r.Name, r.Files, r.Bytes))],
            Lost: plan.Lost,
            LostFiles: [.. plan.NamedLost],
            Warnings: [.. plan.Warnings]
        )
        {
            LeftOut = LeftOutDocument.Of(plan.LeftOut),
            Repaired = RepairedFilesDocument.Of(preview.Repaired),
        };
        context.Result.Write(
            document,
            CliJson.Relaxed.RestorePlanDocument,
            writer =>
            {
                writer.WriteLine(
                    input.DatabaseOnly
                        ? $"would restore set {document.Set}"
                        : $"would restore set {document.Set} into {document.Target}: "
                            + $"{Amounts.Count(document.Files, "file")}, {Amounts.Bytes(document.Bytes)}"
                            + (
                                plan.Lost > 0
                                    ? $"; of the {Amounts.Count(plan.Files)} in the set {Amounts.Count(plan.Lost)} are lost, "
                                        + Amounts.Bytes(plan.LostBytes)
                                    : string.Empty
                            )
                );
                WriteRepaired(writer, document.Repaired, isDry: true);
                foreach (RestoreRootDocument root in document.Roots)
                {
                    writer.WriteLine(
                        $"  {root.Name}: {Amounts.Count(root.Files, "file")}, {Amounts.Bytes(root.Bytes)}"
                    );
                }

                writer.WriteLine(
                    document.Database is null
                        ? "  no database"
                        : $"  the {document.Database} dump, into an empty database"
                );
                WriteLeftOut(writer, document.LeftOut);
            }
        );
        if (preview.Repaired is { Differing: > 0 } found)
        {
            context.Messages.Error(
                $"{Amounts.Count(found.Differing, "file")} in {input.Target} would be kept although not as set {plan.Set} has "
                    + "them; the first of them:"
            );
            context.Messages.Error(string.Join('\n', found.NamedDiffering));
        }

        if (plan.Lost == 0)
        {
            return preview.Repaired is { Differing: > 0 } ? ExitCodes.Findings : ExitCodes.Done;
        }

        context.Messages.Error(
            $"{Amounts.Count(plan.Lost)} files of set {plan.Set} are lost and would not be restored; the first of them:"
        );
        context.Messages.Error(string.Join('\n', plan.NamedLost));
        return ExitCodes.Findings;
    }

    public static int Write(CommandContext context, RestoreInput input, RestoreResult result)
    {
        Warn(context, result.Warnings);
        UnsetAttributes unset = result.Unset;
        if (unset != UnsetAttributes.None)
        {
            context.Messages.Warn(
                $"could not be set as recorded: the owner of {Amounts.Count(unset.Owners)}, "
                    + $"the mode of {Amounts.Count(unset.Modes)}, the time of {Amounts.Count(unset.Times)} files and directories"
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
                            + $"{Amounts.Count(document.Required)} are required"
                    );
                    return;
                }

                writer.WriteLine(
                    $"restored set {document.Set} into {document.Target}: "
                        + $"{Amounts.Count(document.Files, "file")}, {Amounts.Bytes(document.Bytes)}"
                        + (document.Database ? ", and the database" : string.Empty)
                );
                writer.WriteLine(
                    $"{Amounts.Count(document.Required)} files are required, {Amounts.Count(document.Missing)} are missing"
                        + (document.Lost > 0 ? $", {Amounts.Count(document.Lost)} are lost" : string.Empty)
                );
                WriteRepaired(writer, document.Repaired, isDry: false);
                WriteLeftOut(writer, document.LeftOut);
            }
        );
        if (!result.HasFindings)
        {
            return ExitCodes.Done;
        }

        if (result.Repaired is { Differing: > 0 } repaired)
        {
            context.Messages.Error(
                $"{Amounts.Count(repaired.Differing, "file")} in {input.Target} were kept although not as set {result.Set} "
                    + $"has them: look at them, then say --overwrite to have them replaced; "
                    + $"'{Path.Combine(input.Target, RestoreDryRun.DifferingFiles)}' names them, the first are:"
            );
            context.Messages.Error(string.Join('\n', repaired.NamedDiffering));
        }

        if (result.Lost > 0)
        {
            string list = Path.Combine(input.Target, RestoreDryRun.LostFiles);
            context.Messages.Error(
                $"{Amounts.Count(result.Lost)} files of set {result.Set} are lost in the repository and are not in "
                    + $"{input.Target}: bring the blobs back from a copy of the repository and restore anew, or go on "
                    + $"without them; '{list}' names them, the first are:"
            );
            IEnumerable<string> named = GivenPath.IsFile(list)
                ? GivenPath.ReadLines(list).Where(static line => line.Contains('\t')).Take(MaxNamed).Select(ToSentence)
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
                ? $"{Amounts.Count(result.Missing)} required files were missing when set {result.Set} was sealed, "
                    + $"and are missing now: {string.Join(", ", result.NamedMissing)}"
                : $"{Amounts.Count(result.CarriedOver)} files of set {result.Set} are older than its database; "
                    + $"'abf show {result.Set}' names them"
        );
        return ExitCodes.Findings;
    }

    private static void WriteRepaired(TextWriter writer, RepairedFilesDocument? repaired, bool isDry)
    {
        if (repaired is not null)
        {
            writer.WriteLine(
                $"{Amounts.Count(repaired.Same, "file")} are as in the set, {Amounts.Count(repaired.Missing)} "
                    + (isDry ? "are missing" : "were missing and are there now")
                    + $", {Amounts.Count(repaired.Replaced)} {(isDry ? "would be" : "were")} replaced, "
                    + $"{Amounts.Count(repaired.Differing)} differ and {(isDry ? "would be" : "were")} kept"
            );
        }
    }

    private static void WriteLeftOut(TextWriter writer, LeftOutDocument? left)
    {
        if (left is null)
        {
            return;
        }

        IEnumerable<string> parts =
        [
            $"{Amounts.Count(left.Files, "file")}, {Amounts.Bytes(left.Bytes)}",
            .. left.Roots.Length > 0 ? [$"nothing of {string.Join(", ", left.Roots)}"] : Array.Empty<string>(),
            .. left.Database ? ["the database"] : Array.Empty<string>(),
        ];
        writer.WriteLine($"left out of the set: {string.Join("; ", parts)}");
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
}
