using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>The lines of a set's catalogue, written out before it is said how many there are.</summary>
internal static class CatalogueSpool
{
    /// <summary>Folders whose paths are kept: documents of one folder stand close together.</summary>
    private const int MaxFolders = 20_000;

    /// <returns>Null where it cannot be exported: then <paramref name="warn"/> has got why.</returns>
    public static async Task<SpoolFile?> TryWriteAsync(
        IChunkSource chunks,
        CatalogueStamp catalogue,
        string directory,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        var lines = new SpoolFile(directory);
        try
        {
            CatalogueReader reader = await CatalogueReader.OpenAsync(
                new CatalogueSegments(chunks),
                catalogue,
                cancellationToken
            );
            await WriteAsync(reader, lines, cancellationToken);
            return lines;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            lines.Dispose();
            warn($"the catalogue of documents is lost, and not in the file: {e.Message}");
            return null;
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    private static async Task WriteAsync(CatalogueReader reader, SpoolFile lines, CancellationToken cancellationToken)
    {
        Dictionary<long, string?> folders = [];
        await foreach (CatalogueNode node in reader.ReadAsync(wants: null, cancellationToken))
        {
            byte[] line = CatalogueLines.Write(node, node.IsDocument ? await PathOfAsync(node) : null);
            if (line.Length > CatalogueLines.MaxLine)
            {
                throw new PermanentException(
                    ErrorKind.Repository,
                    $"node {node.NodeRef} has {node.Contents.Length} contents, more than a line holds"
                );
            }

            lines.Write(line);
        }

        async ValueTask<string?> PathOfAsync(CatalogueNode node)
        {
            if (node.Parent == 0)
            {
                return null;
            }

            if (!folders.TryGetValue(node.Parent, out string? folder))
            {
                CatalogueNode? parent = await reader.FindAsync(node.Parent, cancellationToken);
                folder =
                    parent is null or { IsHome: true } ? string.Empty
                    : parent.Parent == 0 ? parent.Title
                    : await reader.PathOfAsync(parent, cancellationToken);
                if (folders.Count >= MaxFolders)
                {
                    folders.Clear();
                }

                folders[node.Parent] = folder;
            }

            return folder is null ? null
                : folder.Length == 0 ? node.Title
                : $"{folder}/{node.Title}";
        }
    }
}
