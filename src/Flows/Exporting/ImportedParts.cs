using System.Globalization;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// Stores the parts of an exported file, in the order in which they stand there. Nothing is taken that its
/// <c>MANIFEST.json</c> did not announce.
/// </summary>
/// <param name="spillDirectory">For the catalogue's filters; it exists.</param>
internal sealed class ImportedParts(
    ExportManifest manifest,
    ImportReader reader,
    RunWriter writer,
    string spillDirectory
)
{
    private const int MaxReadMe = 1 << 20;
    private const int MaxManifest = 16 << 20;
    private const int MaxLostLine = 64 << 10;

    private readonly Dictionary<string, long> _lost = new(StringComparer.Ordinal);

    /// <summary>Null where the set has none.</summary>
    public ContentRef? Dump { get; private set; }

    /// <summary>Null where the file has none.</summary>
    public CatalogueStamp? Catalogue { get; private set; }

    public List<ImportedRoot> Roots { get; } = [];

    /// <summary>Files that were lost when the set was exported.</summary>
    public long Lost => _lost.Values.Sum();

    public long Files => Roots.Sum(static root => root.Listing.Files);

    /// <summary>The first two files.</summary>
    public static async Task<ExportManifest> ReadManifestAsync(ImportReader reader, CancellationToken cancellationToken)
    {
        await reader.MoveNextAsync(cancellationToken);
        await reader.TakeAllAsync(ExportNames.ReadMe, MaxReadMe, cancellationToken);
        byte[] json = await reader.TakeAllAsync(ExportNames.Manifest, MaxManifest, cancellationToken);
        try
        {
            ExportManifest manifest =
                JsonSerializer.Deserialize(json, ExportJson.Default.ExportManifest) ?? throw new JsonException("null");
            ImportRules.Check(manifest);
            return manifest;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw ArchiveFault.Of("its MANIFEST.json is not that of an exported set", e);
        }
    }

    /// <summary>All the others.</summary>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        if (manifest.Database is { } database)
        {
            await StoreDumpAsync(database, cancellationToken);
        }

        Dictionary<string, ContentRef> required = new(StringComparer.Ordinal);
        foreach (ExportedRoot root in manifest.Roots.Where(static root => root.RequiredFiles > 0))
        {
            required.Add(root.Name, await StoreRequiredAsync(root, cancellationToken));
        }

        if (manifest.Database?.CatalogueNodes is { } nodes)
        {
            Catalogue = await StoreCatalogueAsync(nodes, cancellationToken);
        }

        foreach (ExportedRoot root in manifest.Roots)
        {
            Roots.Add(
                new ImportedRoot(
                    root,
                    await new RootImport(root, reader, writer).StoreAsync(cancellationToken),
                    required.GetValueOrDefault(root.Name)
                )
            );
        }

        if (reader.IsAt(ExportNames.Lost))
        {
            await reader.TakeAsync(
                async lines =>
                {
                    await CountLostAsync(lines);
                    return true;
                },
                cancellationToken
            );
        }

        await reader.RequireSumsAsync(cancellationToken);
        Roots.ForEach(RequireWhole);
    }

    private async Task StoreDumpAsync(ExportedDatabase database, CancellationToken cancellationToken)
    {
        TarEntry entry = reader.Require(ExportNames.Dump);
        if (entry.Size != database.Bytes)
        {
            throw ArchiveFault.Of(
                $"its {ExportNames.Dump} has {entry.Size} bytes, and its MANIFEST.json says {database.Bytes}"
            );
        }

        Dump = await reader.TakeAsync(
            stream => writer.WriteAsync(ChunkClass.Dump, stream, cancellationToken),
            cancellationToken
        );
    }

    private async Task<ContentRef> StoreRequiredAsync(ExportedRoot root, CancellationToken cancellationToken)
    {
        reader.Require(ExportNames.Required + root.Name);
        await using var list = new RequiredListWriter(writer);
        await reader.TakeAsync(
            async lines =>
            {
                await foreach (RequiredFile file in RequiredLines.ReadAsync(lines))
                {
                    await AddAsync(list, file, cancellationToken);
                }

                return true;
            },
            cancellationToken
        );
        return list.Count == root.RequiredFiles
            ? (await list.CompleteAsync(cancellationToken)).List
            : throw ArchiveFault.Of(
                $"'{ExportNames.Required}{root.Name}' has {list.Count} lines, and its MANIFEST.json says {root.RequiredFiles}"
            );
    }

    private static async ValueTask AddAsync(
        RequiredListWriter list,
        RequiredFile file,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await list.AddAsync(file, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw ArchiveFault.Of("a list of required files in it is out of order, or has an impossible path", e);
        }
    }

    private async Task<CatalogueStamp> StoreCatalogueAsync(long nodes, CancellationToken cancellationToken)
    {
        reader.Require(ExportNames.Catalogue);
        using var catalogue = new CatalogueWriter(writer, spillDirectory);
        try
        {
            CatalogueStamp stamp = await reader.TakeAsync(
                async lines =>
                {
                    await foreach (CatalogueNode node in CatalogueLines.ReadAsync(lines))
                    {
                        await catalogue.AddAsync(node, cancellationToken);
                    }

                    return await catalogue.CompleteAsync(cancellationToken);
                },
                cancellationToken
            );
            return stamp.Nodes == nodes
                ? stamp
                : throw ArchiveFault.Of(
                    $"its {ExportNames.Catalogue} has {stamp.Nodes} lines, and its MANIFEST.json says {nodes}"
                );
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw ArchiveFault.Of(
                $"the lines of its {ExportNames.Catalogue} are out of order, or hold what no node has",
                e
            );
        }
    }

    private async Task CountLostAsync(Stream lines)
    {
        await foreach (ReadOnlyMemory<byte> line in ByteLines.ReadAsync(lines, MaxLostLine, ExportNames.Lost))
        {
            string[] parts = Encoding.UTF8.GetString(line.Span).Split('\t', 3);
            ExportedRoot? root =
                parts.Length == 3 ? manifest.Roots.FirstOrDefault(root => root.Name == parts[0]) : null;
            if (
                root is null
                || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long files)
                || files < 1
                || files > root.Files - _lost.GetValueOrDefault(root.Name)
            )
            {
                throw ArchiveFault.Of($"a line of its {ExportNames.Lost} has an impossible value");
            }

            _lost[root.Name] = _lost.GetValueOrDefault(root.Name) + files;
        }
    }

    private void RequireWhole(ImportedRoot imported)
    {
        (ExportedRoot root, ListingSummary listing) = (imported.Root, imported.Listing);
        long lost = _lost.GetValueOrDefault(root.Name);
        bool isWhole =
            listing.Files + lost == root.Files
            && (lost > 0 || (listing.Directories == root.Directories && listing.Bytes == root.Bytes));
        if (!isWhole)
        {
            throw ArchiveFault.Of(
                $"its {ExportNames.Data}{root.Name} has {listing.Files} files, and its MANIFEST.json says {root.Files}"
            );
        }
    }
}
