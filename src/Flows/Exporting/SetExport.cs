using System.Text.Json;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// Writes a set as one compressed archive, in constant memory: only bytes that were checked against their chunk's id are
/// in it. What the repository lost is left out, named, and counted.
/// </summary>
public sealed class SetExport(FlowEnvironment environment)
{
    private const int MaxWorkers = 8;

    /// <param name="output">Where it can seek, a file that turns out to be lost in its middle is taken back.</param>
    /// <param name="tell">Gets files and bytes so far.</param>
    /// <exception cref="PermanentException">
    /// Repository: the dump is lost, or a long file in its middle where the output cannot seek.
    /// </exception>
    public async Task<ExportResult> RunAsync(
        RunId id,
        Stream output,
        Action<long, long> tell,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(id, cancellationToken);
        SetReader set = await SetReader.OpenAsync(environment, id, cancellationToken);
        string spill = StateDirectory.MakeBeneath(environment.Options.State!, "cache", "spill");
        using var sums = new ChecksumList(spill);
        using var losses = new ExportLosses(spill);
        await using var packed = new PackedOutput(output, Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers));
        DateTimeOffset now = environment.Time.GetUtcNow();
        List<string> warnings = [.. set.Warnings];
        using SpoolFile? catalogue = set.Manifest.Database?.Catalogue is { } stamp
            ? await CatalogueSpool.TryWriteAsync(set.Chunks, stamp, spill, warnings.Add, cancellationToken)
            : null;
        var writer = new ExportWriter(packed, sums, now);
        var counts = new ExportCounts(tell);

        await writer.WriteTextAsync(
            ExportNames.ReadMe,
            ReadMe.Of(set.Manifest, now, hasCatalogue: catalogue is not null),
            cancellationToken
        );
        await writer.WriteTextAsync(
            ExportNames.Manifest,
            JsonSerializer.SerializeToUtf8Bytes(
                ExportManifest.Of(set.Manifest, set.Repository.Id, now, hasCatalogue: catalogue is not null),
                ExportJson.Default.ExportManifest
            ),
            cancellationToken
        );
        await WriteDumpAsync(set, writer, counts, cancellationToken);
        foreach (RootStamp root in set.Manifest.Roots.Where(static root => root.Required is not null))
        {
            await WriteRequiredAsync(set, root, writer, spill, cancellationToken);
        }

        if (catalogue is not null)
        {
            await writer.WriteFileAsync(
                writer.EntryOf(ExportNames.Catalogue, catalogue.Length),
                catalogue.OpenRead(),
                tell: null,
                cancellationToken
            );
        }

        LostPacks lost = await set.Repository.FindLostPacksAsync(set.Index, cancellationToken);
        foreach (RootStamp root in set.Manifest.Roots)
        {
            var export = new RootExport(set, root, lost, writer, packed.CanTakeBack, losses, counts);
            await export.RunAsync(cancellationToken);
        }

        if (losses.Length > 0)
        {
            await writer.WriteFileAsync(
                writer.EntryOf(ExportNames.Lost, losses.Length),
                losses.OpenRead(),
                tell: null,
                cancellationToken
            );
        }

        await writer.CompleteAsync(cancellationToken);
        ConsistencyReport consistency = set.Manifest.Consistency;
        return new ExportResult(id, counts.Files, counts.Bytes, writer.PlainBytes)
        {
            Database = set.Manifest.Database is not null,
            Lost = losses.Files,
            NamedLost = losses.Named,
            Missing = consistency.Missing,
            CarriedOver = consistency.SourceMissing + consistency.SourceChanged,
            Unproven = consistency.IsProven ? null : string.Join("; ", consistency.Unproven),
            Warnings = [.. warnings],
        };
    }

    private static async Task WriteDumpAsync(
        SetReader set,
        ExportWriter writer,
        ExportCounts counts,
        CancellationToken cancellationToken
    )
    {
        if (set.Manifest.Database is not { } database)
        {
            return;
        }

        try
        {
            await using Stream dump = set.Chunks.OpenRead(database.Dump, ChunkClass.Dump);
            await writer.WriteFileAsync(
                writer.EntryOf(ExportNames.Dump, database.Dump.Length),
                dump,
                counts.Advance,
                cancellationToken
            );
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"the database dump of set {set.Manifest.Id} is lost, and so the set cannot be exported: {e.Message}",
                e
            );
        }
    }

    /// <summary>A list that is lost leaves the import without a proof of this root.</summary>
    private static async Task WriteRequiredAsync(
        SetReader set,
        RootStamp root,
        ExportWriter writer,
        string spill,
        CancellationToken cancellationToken
    )
    {
        using var lines = new SpoolFile(spill);
        try
        {
            await foreach (
                RequiredFile file in new RequiredListReader(set.Chunks, root.Required!).ReadAsync(cancellationToken)
            )
            {
                lines.Write(RequiredLines.Write(file));
            }
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"the list of the files that the database requires of {root.Name} is lost, and so set {set.Manifest.Id} "
                    + $"cannot be exported; 'abf restore' restores what is left of it: {e.Message}",
                e
            );
        }

        await writer.WriteFileAsync(
            writer.EntryOf(ExportNames.Required + root.Name, lines.Length),
            lines.OpenRead(),
            tell: null,
            cancellationToken
        );
    }
}
