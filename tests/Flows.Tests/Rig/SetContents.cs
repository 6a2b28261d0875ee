using System.Text;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>Reads a set back, as a restore would, into memory.</summary>
internal static class SetContents
{
    /// <summary>Files of a root by path.</summary>
    public static async Task<SortedDictionary<string, byte[]>> ReadRootAsync(
        BackupRepository repository,
        RootStamp root,
        CancellationToken cancellationToken
    )
    {
        IChunkSource chunks = await OpenAsync(repository, cancellationToken);
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        await foreach (ListingEntry entry in new ListingReader(chunks, root.Listing).ReadAsync(cancellationToken))
        {
            if (!entry.IsDirectory)
            {
                files.Add(
                    Encoding.UTF8.GetString(entry.Path),
                    await ReadAsync(chunks, entry.Content!, root.Class, cancellationToken)
                );
            }
        }

        return files;
    }

    public static async Task<string> ReadDumpAsync(
        BackupRepository repository,
        SetManifest set,
        CancellationToken cancellationToken
    ) =>
        Encoding.UTF8.GetString(
            await ReadAsync(
                await OpenAsync(repository, cancellationToken),
                set.Database!.Dump,
                ChunkClass.Dump,
                cancellationToken
            )
        );

    /// <summary>What a root was captured from, by path. Of the configuration that is files from all over the
    /// machine.</summary>
    /// <param name="names">The files that the set has of it.</param>
    public static SortedDictionary<string, byte[]> ReadSource(RootStamp root, IEnumerable<string> names) =>
        root.Name == "configuration"
            ? new(names.ToDictionary(name => name, name => File.ReadAllBytes($"/{name}")), StringComparer.Ordinal)
            : ReadDirectory(root.Path);

    /// <summary>Files of a directory tree by path.</summary>
    public static SortedDictionary<string, byte[]> ReadDirectory(string path) =>
        new(
            Directory
                .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .ToDictionary(file => Path.GetRelativePath(path, file), File.ReadAllBytes),
            StringComparer.Ordinal
        );

    private static async Task<IChunkSource> OpenAsync(BackupRepository repository, CancellationToken cancellationToken)
    {
        LogHead head = await repository.Log.ReadAsync(cancellationToken);
        return repository.CreateReader(await repository.LoadIndexAsync(head.State, cancellationToken), run: null);
    }

    private static async Task<byte[]> ReadAsync(
        IChunkSource chunks,
        ContentRef content,
        ChunkClass chunkClass,
        CancellationToken cancellationToken
    )
    {
        await using Stream stream = chunks.OpenRead(content, chunkClass);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }
}
