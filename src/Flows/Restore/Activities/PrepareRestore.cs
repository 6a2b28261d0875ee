using System.Collections.Immutable;
using System.Globalization;
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
/// Looks before anything is written: the set, the target directory, the database. Then puts the marker. Where the
/// target has the marker of the same set, that restore goes on.
/// </summary>
internal sealed class PrepareRestore(FlowEnvironment environment) : FlowActivity<RestoreInput, RestorePlan>
{
    public override async Task<RestorePlan> RunAsync(
        RestoreInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        var marker = new TargetMarker(input.Target);
        TargetMark? mark = CheckTarget(input, marker, set);
        RestorePlan plan = await PlanAsync(input, set, mark, cancellationToken);
        if (mark is null)
        {
            bool made = !Directory.Exists(input.Target);
            TargetTree.Open(input.Target, create: true).Dispose();
            marker.Write(new TargetMark(input.Set, set.Repository.Id, DatabaseProgress.Untouched, MadeTarget: made));
        }

        return plan;
    }

    /// <summary>The same without writing anything: what a dry run prints.</summary>
    public async Task<RestorePreview> PreviewAsync(RestoreInput input, CancellationToken cancellationToken)
    {
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        RestorePlan plan = await PlanAsync(
            input,
            set,
            CheckTarget(input, new TargetMarker(input.Target), set),
            cancellationToken
        );
        return new RestorePreview(
            plan,
            [.. set.Manifest.Roots.Select(root => new PreviewedRoot(root.Name, root.Files, root.Bytes))]
        );
    }

    private TargetMark? CheckTarget(RestoreInput input, TargetMarker marker, SetReader set)
    {
        OwnDirectories.RequireApart(environment.Options, input.Target);
        if (new DirectoryInfo(input.Target).LinkTarget is { } place)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{input.Target}' is a symbolic link (to '{place}'), which a restore never follows; name "
                    + "the directory that it leads to."
            );
        }

        if (File.Exists(input.Target))
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{input.Target}' is a file; name a directory that is absent or empty."
            );
        }

        TargetMark? mark = marker.TryRead();
        if (mark is not null && (mark.Set != input.Set || mark.Repository != set.Repository.Id))
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{input.Target}' holds an unfinished restore of set {mark.Set}, not of {input.Set}; "
                    + "finish that one, or name an empty directory."
            );
        }

        if (mark is null && Directory.Exists(input.Target) && IsNotEmpty(input.Target))
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{input.Target}' is not empty; move it aside, or name a directory that is absent or "
                    + "empty. Nothing is ever restored into old files."
            );
        }

        return mark;
    }

    private static bool IsNotEmpty(string directory)
    {
        try
        {
            return Directory
                .EnumerateFileSystemEntries(directory)
                .Any(entry => Path.GetFileName(entry) != TargetMarker.TemporaryName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Target,
                $"--target '{directory}' cannot be read ({e.Message}); name another directory.",
                e
            );
        }
    }

    private async Task<RestorePlan> PlanAsync(
        RestoreInput input,
        SetReader set,
        TargetMark? mark,
        CancellationToken cancellationToken
    )
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        warnings.AddRange(set.Warnings);
        ConsistencyReport consistency = set.Manifest.Consistency;
        long carriedOver = consistency.SourceMissing + consistency.SourceChanged;
        if (!consistency.Consistent)
        {
            warnings.Add(
                $"set {input.Set} is not consistent: {consistency.Missing} required files are missing; 'abf show "
                    + $"{input.Set}' names them"
            );
        }

        if (carriedOver > 0)
        {
            warnings.Add(
                $"{carriedOver} files were gone or changed at the source when set {input.Set} was taken, and come "
                    + $"back as an earlier set had them; 'abf show {input.Set}' names them"
            );
        }

        if (
            input.Database is { } database
            && (mark?.ProgressOf(database) ?? DatabaseProgress.Untouched) == DatabaseProgress.Untouched
        )
        {
            await CheckDatabaseAsync(input, database, set, warnings, cancellationToken);
        }

        long bytes = set.Manifest.Roots.Sum(root => root.Bytes);
        if (mark is null && FreeBytes(input.Target) is { } free && free < bytes)
        {
            warnings.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"--target '{input.Target}' has {free} bytes free, and the set's files have {bytes}"
                )
            );
        }

        return new RestorePlan
        {
            Set = input.Set,
            Roots = set.Manifest.Roots.Length,
            DatabaseVendor = set.Manifest.Database?.Vendor,
            Files = set.Manifest.Roots.Sum(root => root.Files),
            Bytes = bytes,
            KnownMissing = consistency.Missing,
            CarriedOver = carriedOver,
            Warnings = warnings.ToImmutable(),
        };
    }

    private async Task CheckDatabaseAsync(
        RestoreInput input,
        RestoreDatabaseTarget database,
        SetReader set,
        ImmutableArray<string>.Builder warnings,
        CancellationToken cancellationToken
    )
    {
        DatabaseStamp stamp =
            set.Manifest.Database
            ?? throw new PermanentException(
                ErrorKind.Configuration,
                $"--database: set {input.Set} has no database dump; restore with --no-database."
            );
        DatabaseFacts facts = await database
            .Open(environment.Options, stamp, static _ => { })
            .CheckEmptyAsync(new DumpOrigin(stamp.Vendor, stamp.ServerVersion, stamp.ToolVersion), cancellationToken);
        warnings.AddRange(facts.Warnings);
    }

    /// <summary>Of the nearest directory above that exists; null where that cannot be known.</summary>
    private static long? FreeBytes(string target)
    {
        string? existing = target;
        while (existing is not null && !Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing);
        }

        try
        {
            return existing is null ? null : new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
