using System.Text.Json;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// Writes a set as one compressed archive, in constant memory: only bytes that were checked against their chunk's id are
/// in it. What the repository lost is left out, named, and counted.
/// </summary>
public sealed class SetExport(FlowEnvironment environment)
{
    private const int MaxWorkers = 8;

    private Action<long, long> _tell = static (_, _) => { };
    private long _files;
    private long _bytes;

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
        _tell = tell;
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
        await WriteDumpAsync(set, writer, cancellationToken);
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
            await WriteRootAsync(set, root, lost, writer, packed.CanTakeBack, losses, cancellationToken);
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
        return new ExportResult(id, _files, _bytes, writer.PlainBytes)
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

    private async Task WriteDumpAsync(SetReader set, ExportWriter writer, CancellationToken cancellationToken)
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
                Advance,
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

    private async Task WriteRootAsync(
        SetReader set,
        RootStamp root,
        LostPacks lostPacks,
        ExportWriter writer,
        bool canTakeBack,
        ExportLosses losses,
        CancellationToken cancellationToken
    )
    {
        var listing = new ReadableListing(
            set.Chunks,
            new RestoreRangeInput(string.Empty, root.Name, root.Listing, root.Class, PathRange.All, Owner: null)
        );
        var reader = new ReadEntries(set.Chunks, root.Class);
        var lostChunks = new LostChunks(set, lostPacks);
        long before = _files + losses.Files;
        await foreach (ReadEntry read in reader.ReadAsync(listing.ReadAsync(cancellationToken), cancellationToken))
        {
            TarEntry entry = EntryOf(root, read.Entry);
            if (read.Entry.IsDirectory)
            {
                await writer.WriteDirectoryAsync(entry, cancellationToken);
                continue;
            }

            string? why = read.Why;
            if (read.IsLong)
            {
                why =
                    await lostChunks.FindAsync(read.Entry.Content!, root.Class, cancellationToken)
                    ?? await TryWriteLongAsync(set, root, read.Entry, writer, canTakeBack, cancellationToken);
            }
            else if (why is null)
            {
                await writer.WriteFileAsync(entry, read.Content, cancellationToken);
                Advance(read.Entry.Length);
            }

            if (why is null)
            {
                _files++;
            }
            else
            {
                losses.Add(root.Name, read.Entry.Path, why);
            }
        }

        if (listing.Fault is { } fault)
        {
            // The listing's own stream: what was not named before is nameless.
            long known = _files + losses.Files - before;
            losses.AddUnnamed(root.Name, Math.Max(1, root.Files - known), Damage.WithoutAdvice(fault));
            return;
        }

        await NameLostAsync(set, root, listing.Lost, losses, cancellationToken);
    }

    private static async Task NameLostAsync(
        SetReader set,
        RootStamp root,
        LostSegments segments,
        ExportLosses losses,
        CancellationToken cancellationToken
    )
    {
        if (segments.IsEmpty)
        {
            return;
        }

        string why = $"its part of the listing is lost: {Damage.WithoutAdvice(segments.Why!)}";
        IReadOnlyList<byte[]> names = await segments.NameAsync(set.Chunks, root.Required, cancellationToken);
        foreach (byte[] name in names)
        {
            losses.Add(root.Name, name, why);
        }

        if (segments.Files > names.Count)
        {
            losses.AddUnnamed(root.Name, segments.Files - names.Count, why);
        }
    }

    /// <returns>Why the file is lost, or null.</returns>
    private async Task<string?> TryWriteLongAsync(
        SetReader set,
        RootStamp root,
        ListingEntry entry,
        ExportWriter writer,
        bool canTakeBack,
        CancellationToken cancellationToken
    )
    {
        long bytes = _bytes;
        await using Stream content = set.Chunks.OpenRead(entry.Content!, root.Class);
        if (canTakeBack)
        {
            Exception? fault = await writer.TryWriteFileAsync(
                EntryOf(root, entry),
                content,
                Advance,
                static e => e is PermanentException { Kind: ErrorKind.Repository },
                cancellationToken
            );
            _bytes = fault is null ? _bytes : bytes;
            return fault is null ? null : Damage.WithoutAdvice(fault.Message);
        }

        try
        {
            await writer.WriteFileAsync(EntryOf(root, entry), content, Advance, cancellationToken);
            return null;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"file '{TreePath.Display(entry.Path)}' of {root.Name} is lost in its middle, and what was written of it "
                    + $"cannot be taken back from a pipe: export the set into a file, which leaves it out. {e.Message}",
                e
            );
        }
    }

    private static TarEntry EntryOf(RootStamp root, ListingEntry entry) =>
        new(
            ExportNames.Of(root.Name, entry.Path),
            entry.IsDirectory,
            entry.Length,
            entry.Mode,
            entry.Owner,
            entry.MtimeNs
        )
        {
            Flags = ExportFlags.Write(entry.Flags),
        };

    private void Advance(long bytes)
    {
        _bytes += bytes;
        _tell(_files, _bytes);
    }
}
