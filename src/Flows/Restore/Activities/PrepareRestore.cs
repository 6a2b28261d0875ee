using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Looks before anything is written: the set, the target directory, the database, the dump. All that stands in the way
/// is said at once. Then puts the marker. Where the target has the marker of the same set, that restore goes on.
/// </summary>
internal sealed class PrepareRestore(FlowEnvironment environment)
    : FlowActivity<RestoreInput, RestorePlan>,
        IPhasedActivity
{
    public static string Phase => Phases.Prepare;

    public override async Task<RestorePlan> RunAsync(
        RestoreInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(input.Set, cancellationToken);
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        (RestorePlan plan, TargetMark? mark, _) = await CheckAsync(input, set, progress, cancellationToken);
        if (mark is null)
        {
            var marker = new TargetMarker(input.Target);
            var first = new TargetMark(input.Set, set.Repository.Id, DatabaseProgress.Untouched)
            {
                Selection = input.Selection,
                Repair = input.Repair,
            };
            if (GivenPath.IsDirectory(input.Target))
            {
                // Refuses one that is somebody else's.
                TargetTree.Open(input.Target).Dispose();
                marker.Write(first);
            }
            else
            {
                marker.MakeTarget(first with { MadeTarget = true });
            }
        }

        if (input.Repair)
        {
            // Every file is looked at once more.
            FileList.Read(input.Target, FileList.Differing).Clear();
        }

        return plan;
    }

    /// <summary>The same without writing anything: what a dry run prints.</summary>
    public async Task<RestorePreview> PreviewAsync(RestoreInput input, CancellationToken cancellationToken)
    {
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        (RestorePlan plan, _, ImmutableArray<SelectedRoot> parts) = await CheckAsync(
            input,
            set,
            progress: null,
            cancellationToken
        );
        return new RestorePreview(
            plan,
            input.DatabaseOnly
                ? []
                : [.. parts.Select(part => new PreviewedRoot(part.Root.Name, part.Files, part.Bytes))]
        )
        {
            Repaired = input.Repair ? await new RepairPreview(set, input).RunAsync(parts, cancellationToken) : null,
        };
    }

    private async Task<(RestorePlan Plan, TargetMark? Mark, ImmutableArray<SelectedRoot> Parts)> CheckAsync(
        RestoreInput input,
        SetReader set,
        IProgressSink? progress,
        CancellationToken cancellationToken
    )
    {
        var findings = new CheckFindings();
        List<string> warnings = [.. set.Warnings];
        TargetMark? mark = await findings.TryAsync(() =>
            Task.FromResult(TargetCheck.Look(input, environment.Options, set.Repository.Id))
        );
        ImmutableArray<SelectedRoot> parts = await findings.TryAsync(() =>
            SelectAsync(input, set, warnings, cancellationToken)
        );
        parts = parts.IsDefault ? [] : parts;
        if (!input.DatabaseOnly)
        {
            await CheckFilesAsync(input, parts, isResumed: mark is not null, findings, warnings);
        }

        KnownLosses losses = KnownLosses.None;
        if (!input.DatabaseOnly)
        {
            losses = await KnownLosses.FindAsync(set, new Selector(input.Selection), cancellationToken);
            if (input.Strict)
            {
                await findings.TryAsync(() =>
                {
                    losses.RequireNone(input.Set);
                    return Task.CompletedTask;
                });
            }
        }

        if (
            input.Database is { } database
            && (mark?.ProgressOf(database) ?? DatabaseProgress.Untouched) == DatabaseProgress.Untouched
        )
        {
            await CheckDatabaseAsync(input, database, set, findings, warnings, progress, cancellationToken);
        }

        findings.ThrowIfAny();
        return (Plan(input, set.Manifest, parts, losses, warnings), mark, parts);
    }

    private static async Task<ImmutableArray<SelectedRoot>> SelectAsync(
        RestoreInput input,
        SetReader set,
        List<string> warnings,
        CancellationToken cancellationToken
    )
    {
        if (input.Selection is { } selection)
        {
            var parts = new SelectedParts(set, selection);
            ImmutableArray<SelectedRoot> selected = await parts.CountAsync(cancellationToken);
            warnings.AddRange(parts.Warnings);
            return selected;
        }

        return
        [
            .. set
                .Manifest.Roots.Index()
                .Select(at => new SelectedRoot(
                    at.Index,
                    at.Item,
                    at.Item.Files,
                    at.Item.Bytes,
                    at.Item.Directories,
                    CarriedOver: 0
                )),
        ];
    }

    private static async Task CheckFilesAsync(
        RestoreInput input,
        ImmutableArray<SelectedRoot> parts,
        bool isResumed,
        CheckFindings findings,
        List<string> warnings
    )
    {
        await findings.TryAsync(() =>
        {
            TargetCheck.RequireWritable(input.Target);
            return Task.CompletedTask;
        });
        if (!isResumed && !input.Repair)
        {
            // Of an installation that is repaired, most is there already.
            warnings.AddRange(
                await findings.TryAsync(() =>
                    Task.FromResult(
                        TargetCheck.CheckRoom(
                            input,
                            parts.Sum(static part => part.Bytes),
                            parts.Sum(static part => part.Files),
                            parts.Sum(static part => part.Directories)
                        )
                    )
                ) ?? []
            );
        }
    }

    private async Task CheckDatabaseAsync(
        RestoreInput input,
        RestoreDatabaseTarget database,
        SetReader set,
        CheckFindings findings,
        List<string> warnings,
        IProgressSink? progress,
        CancellationToken cancellationToken
    )
    {
        if (set.Manifest.Database is not { } stamp)
        {
            await findings.TryAsync(() =>
                throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--database: set {input.Set} has no database dump; restore with --no-database."
                )
            );
            return;
        }

        var origin = new DumpOrigin(stamp.Vendor, stamp.ServerVersion, stamp.ToolVersion);
        IDatabaseTarget target = database.Open(
            environment.Options,
            stamp,
            progress is null ? static _ => { } : progress.Warn
        );
        DatabaseFacts? facts = await findings.TryAsync(() => target.CheckEmptyAsync(origin, cancellationToken));
        warnings.AddRange(facts?.Warnings ?? []);
        IReadOnlyList<string>? ofDump = await findings.TryAsync(async () =>
        {
            try
            {
                return await target.CheckDumpAsync(
                    origin,
                    (stream, token) => set.CopyDumpAsync(stamp, stream, progress, Phases.Prepare, token),
                    cancellationToken
                );
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
            {
                throw new PermanentException(
                    ErrorKind.Repository,
                    $"the database dump of set {input.Set} does not restore: {e.Message} The files of this set restore "
                        + "all the same, with --no-database; the database restores from another set, with --database-only.",
                    e
                );
            }
        });
        warnings.AddRange(ofDump ?? []);
    }

    private static RestorePlan Plan(
        RestoreInput input,
        SetManifest manifest,
        ImmutableArray<SelectedRoot> parts,
        KnownLosses losses,
        List<string> warnings
    )
    {
        parts = input.DatabaseOnly ? [] : parts;
        ConsistencyReport consistency = manifest.Consistency;
        long carriedOver =
            input.DatabaseOnly ? 0
            : input.Selection is not null ? parts.Sum(static part => part.CarriedOver)
            : consistency.SourceMissing + consistency.SourceChanged;
        if (!consistency.Consistent)
        {
            warnings.Add(
                $"set {input.Set} is not consistent: {consistency.Missing} required files are missing; 'abf show "
                    + $"{input.Set}' names them"
            );
        }

        string? unproven = consistency.IsProven ? null : string.Join("; ", consistency.Unproven);
        if (unproven is not null)
        {
            warnings.Add($"set {input.Set} is unproven: {unproven}");
        }

        if (carriedOver > 0)
        {
            warnings.Add(
                $"{carriedOver} files were gone or changed at the source when set {input.Set} was taken, and come "
                    + $"back as an earlier set had them; 'abf show {input.Set}' names them"
            );
        }

        return new RestorePlan
        {
            Set = input.Set,
            Roots = input.DatabaseOnly ? 0 : manifest.Roots.Length,
            Selected = input.Selection is null ? null : [.. parts.Select(static part => part.Number)],
            LeftOut = input.Selection is null
                ? null
                : new LeftOut(
                    manifest.Roots.Sum(static root => root.Files) - parts.Sum(static part => part.Files),
                    manifest.Roots.Sum(static root => root.Bytes) - parts.Sum(static part => part.Bytes),
                    WarningLines.First(
                        manifest
                            .Roots.Select(static root => root.Name)
                            .Except(parts.Select(static part => part.Root.Name), StringComparer.Ordinal)
                    ),
                    manifest.Database is not null && input.Database is null
                ),
            DatabaseVendor = manifest.Database?.Vendor,
            Files = parts.Sum(static part => part.Files),
            Bytes = parts.Sum(static part => part.Bytes),
            KnownMissing = input.DatabaseOnly ? 0 : consistency.Missing,
            CarriedOver = carriedOver,
            Unproven = input.DatabaseOnly ? null : unproven,
            Lost = losses.Files,
            LostBytes = losses.Bytes,
            NamedLost = losses.Lines,
            Warnings = WarningLines.Fit(warnings),
        };
    }
}
