using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>
/// Judges the restored database and files: rows against the set's own count, each required file, its size, and the bytes
/// of a sample against the live store. What is missing is told by the documents that would miss it, which the restored
/// database knows.
/// </summary>
internal sealed class CheckDrilled(FlowEnvironment environment)
    : FlowActivity<CheckDrilledInput, DrillCheck>,
        IPhasedActivity
{
    public static string Phase => Phases.Check;

    public override async Task<DrillCheck> RunAsync(
        CheckDrilledInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(
            input.Work.Input.Set,
            cancellationToken
        );
        SetManifest set = await SetReader.ReadManifestAsync(environment, input.Work.Input.Set, cancellationToken);
        var findings = new DrillFindings();
        List<string> warnings = [];
        AddFault(input.Database, "the database", findings);
        AddFault(input.Files, "the files", findings);
        if (input.Database?.Result is null || input.Files.Result is null)
        {
            // Without one half nobody can tell what the other lacks.
            AddLost(input, findings);
            return new DrillCheck(
                Required: input.Files.Result?.Required ?? 0,
                Missing: input.Files.Result?.Missing ?? 0,
                Tables: 0,
                Compared: 0,
                findings.Count,
                findings.ToImmutable(NoNodes),
                WarningLines.Fit(warnings)
            );
        }

        RestoreDatabaseTarget restored = input.Plan.Database!;
        IDatabaseTarget database = restored.Open(environment.Options, set.Database, progress.Warn);
        if (restored.Mark is not null && !await database.IsMarkedAsync(cancellationToken))
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"what the drill restored into '{restored.Url}' is no longer there (its mark, table "
                    + $"{input.Work.DatabaseName}, is gone): somebody used the database meanwhile; name another empty one"
            );
        }

        await CompareRowsAsync(database, set.Database!, findings, cancellationToken);
        RequiredLook look = await LookAsync(input, set, database, progress, cancellationToken);
        AddLostBesides(look, input.Files.Result.Lost, findings);
        long accepted = AcceptedIn(set.Consistency, input.Work.Input.Selection);
        look.AppendTo(findings, accepted);
        long compared = Compare(input, look.Sample, findings, warnings, cancellationToken);
        if (look.Missing > 0 && look.Lost == 0 && look.Missing <= accepted)
        {
            warnings.Add($"{look.Missing} required files are missing, as an administrator has accepted");
        }

        return new DrillCheck(
            look.Required,
            look.Missing,
            set.Database!.Rows.Count,
            compared,
            findings.Count,
            findings.ToImmutable(await NodesAsync(database, findings, warnings, cancellationToken)),
            WarningLines.Fit(warnings)
        )
        {
            LeftOut = look.LeftOut,
        };
    }

    /// <summary>
    /// Missing files that an administrator has accepted. Of a part of a set those of its directories that the set names:
    /// what was accepted elsewhere excuses nothing here.
    /// </summary>
    private static long AcceptedIn(ConsistencyReport consistency, RestoreSelection? selection) =>
        selection is null
            ? consistency.Acknowledged
            : Math.Min(
                consistency.Acknowledged,
                consistency.Named.Count(file =>
                    selection.Roots.Contains(file.Root)
                    && file.Reason is not (FindingReasons.SourceMissing or FindingReasons.SourceChanged)
                )
            );

    private static ILookup<long, DrillNode> NoNodes =>
        Array.Empty<ContentNode>().ToLookup(static node => node.UrlId, Describe);

    private static DrillNode Describe(ContentNode node) => new(node.NodeRef, node.Path, node.Property, node.MimeType);

    private static void AddFault(DrillPart? part, string what, DrillFindings findings)
    {
        if (part?.Fault is { } fault)
        {
            findings.Add(DrillFindingKinds.Restore, $"{what} could not be restored: {fault.ReplaceLineEndings(" ")}");
        }
    }

    private static void AddLost(CheckDrilledInput input, DrillFindings findings)
    {
        if (input.Files.Result is not { Lost: > 0 } files)
        {
            return;
        }

        foreach (string line in files.NamedLost)
        {
            findings.Add(DrillFindingKinds.Lost, line);
        }

        findings.AddUnnamed(files.Lost - files.NamedLost.Length);
    }

    /// <summary>What no document requires, and an installation all the same: its keys, say.</summary>
    private static void AddLostBesides(RequiredLook look, long lost, DrillFindings findings)
    {
        const int MaxNamed = 10;
        string[] named = [.. look.LostBesides.Take(MaxNamed)];
        foreach (string path in named)
        {
            findings.Add(DrillFindingKinds.Lost, $"{path} is lost in the repository", path: path);
        }

        findings.AddUnnamed(Math.Max(0, lost - look.Lost - named.Length));
    }

    private static async Task CompareRowsAsync(
        IDatabaseTarget database,
        DatabaseStamp set,
        DrillFindings findings,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyDictionary<string, long> restored = await database.CountRowsAsync(
            [.. set.Rows.Keys],
            cancellationToken
        );
        foreach ((string table, long rows) in set.Rows)
        {
            long? there = restored.TryGetValue(table, out long counted) ? counted : null;
            if (there != rows)
            {
                findings.Add(
                    DrillFindingKinds.Rows,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"table {table} has {(there is { } n ? $"{n} rows" : "not been restored")}, and the set counted {rows}"
                    )
                );
            }
        }
    }

    private static async Task<RequiredLook> LookAsync(
        CheckDrilledInput input,
        SetManifest set,
        IDatabaseTarget database,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        IEnumerable<string> stores = set
            .Roots.Select(root => root.Name)
            .Where(name => name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal))
            .Select(name => name[ContentRoot.Stores.Length..]);
        using var files = new RestoredFiles(input.Work.Files);
        var look = new RequiredLook(
            files,
            FileList.Read(input.Work.Files, FileList.Lost),
            new ContentUrlMap(stores),
            !set.Consistency.SizesIgnored,
            input.Work.Input.Share,
            input.Work.Id,
            input.Work.Input.Selection is { } selection ? new Selector(selection) : null
        );
        await database.ReadRequiredAsync(
            url =>
            {
                look.Add(url);
                progress.Advance(Phases.Check, 1, 0);
                return ValueTask.CompletedTask;
            },
            cancellationToken
        );
        return look;
    }

    private long Compare(
        CheckDrilledInput input,
        List<ContentPlace> sample,
        DrillFindings findings,
        List<string> warnings,
        CancellationToken cancellationToken
    )
    {
        if (sample.Count == 0)
        {
            return 0;
        }

        if (LiveRoots.TryDiscover(environment.Options, out string? why) is not { } live)
        {
            warnings.Add($"nothing is compared with the live store, which this machine does not see: {why}");
            return 0;
        }

        (long compared, IEnumerable<string> said) = new LiveSample(live, input.Work.Files, environment.Time).Run(
            sample,
            findings,
            cancellationToken
        );
        warnings.AddRange(said);
        return compared;
    }

    /// <summary>The finding stands without them.</summary>
    private static async Task<ILookup<long, DrillNode>> NodesAsync(
        IDatabaseTarget database,
        DrillFindings findings,
        List<string> warnings,
        CancellationToken cancellationToken
    )
    {
        try
        {
            IReadOnlyList<ContentNode> nodes = await database.FindNodesAsync(findings.Urls, cancellationToken);
            return nodes.ToLookup(static node => node.UrlId, Describe);
        }
        catch (AbfException e)
        {
            warnings.Add($"which documents use these files could not be asked: {e.Message}");
            return NoNodes;
        }
    }
}
