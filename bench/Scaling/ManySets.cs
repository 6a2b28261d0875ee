using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Scaling;

/// <summary>
/// A real repository with many sets of a large installation that is not there: small files, and catalogues in which some
/// documents change from set to set, so that <c>abf find</c>, <c>extract</c> and <c>diff</c> can be measured.
/// </summary>
internal sealed class ManySets(string directory, int documents, int sets)
{
    private const string Page = "bench";
    private const int IdsPerSegment = 512;
    private const int DocumentsPerFolder = 100;
    private const int ChangedPerSet = 200;
    private const int AddedPerSet = 50;
    private const string Content = "{http://www.alfresco.org/model/content/1.0}content";

    private static readonly FileOwner Owner = new(1000, 1000, "alfresco", "alfresco");
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly Random _random = new(7);

    /// <summary>The set in which a node changed last, where that is not the first one.</summary>
    private readonly Dictionary<long, int> _changed = [];

    private BackupRepository _repository = null!;
    private ListingSummary? _listing;
    private CatalogueStamp? _catalogue;
    private int _count = documents;

    /// <summary>Folders stand between the documents.</summary>
    private long End => 10 + _count + (_count / DocumentsPerFolder) + 1;

    public async Task RunAsync()
    {
        DirectoryBlobStore store = await DirectoryBlobStore.CreateAsync(
            Path.Combine(directory, "repository"),
            TimeProvider.System,
            Never
        );
        await BackupRepository.InitAsync(store, new RepositoryInit("none", null, "bench", TimeProvider.System));
        string cache = Directory.CreateDirectory(Path.Combine(directory, "cache")).FullName;
        await using BackupRepository repository = await BackupRepository.OpenAsync(
            store,
            new RepositoryAccess("none", null, cache, TimeProvider.System)
        );
        _repository = repository;
        long began = Stopwatch.GetTimestamp();
        for (int number = 0; number < sets; number++)
        {
            await CommitAsync(number, cache);
            Console.WriteLine($"set {number + 1} after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s");
        }
    }

    private async Task CommitAsync(int number, string cache)
    {
        DateTimeOffset time = TimeProvider.System.GetUtcNow().AddDays(number - sets);
        var run = RunId.Create(time, Guid.NewGuid());
        RunOpened opened = await _repository.Log.OpenRunAsync(run, "bench", Never);
        LogHead head = await _repository.Log.ReadAsync(Never);
        ChunkIndex index = await _repository.LoadIndexAsync(head.State.WithIndexesUpTo(opened.Base), Never);
        using RunChunkIndex own = await _repository.LoadRunIndexAsync(run, Never);
        LostPacks lost = await _repository.FindLostPacksAsync(index, Never);
        ContentRef dump;
        await using (RunWriter writer = _repository.OpenRunWriter(run, Page, index, own, lost))
        {
            _listing ??= await WriteFilesAsync(writer);
            dump = await writer.WriteAsync(ChunkClass.Dump, new MemoryStream("-- no dump\n"u8.ToArray()), Never);
            _catalogue = await WriteCatalogueAsync(writer, index, number, cache);
            await writer.CommitPageAsync(new BenchPage(number), ManySetsJson.Default.BenchPage, Never);
        }

        AddedChunkIndexes merged = await _repository.MergeRunIndexAsync(run, [Page], own, Never);
        await _repository.Log.CommitAsync(run, opened.Base, Build(run, opened, time, dump, merged), Never);
    }

    private SetManifest Build(
        RunId run,
        RunOpened opened,
        DateTimeOffset time,
        ContentRef dump,
        AddedChunkIndexes merged
    ) =>
        new()
        {
            Id = run,
            Installation = new InstallationStamp("bench", "bench"),
            Base = opened.Base,
            Started = time,
            Sealed = time,
            Phases = [],
            Index = new SearchIndexCopyStamp("none", null, null, null, []),
            Database = new DatabaseStamp(
                "PostgreSQL",
                "17",
                "17",
                "bench",
                dump,
                null,
                ImmutableSortedDictionary<string, long>.Empty,
                []
            )
            {
                Catalogue = _catalogue,
            },
            Roots =
            [
                new RootStamp(
                    "contentstore",
                    "/bench/contentstore",
                    _listing!.Listing,
                    Required: null,
                    _listing.Files,
                    _listing.Directories,
                    _listing.Bytes,
                    RequiredFiles: 0,
                    ChunkClass.Content
                ),
            ],
            Consistency = new ConsistencyReport(true, 0, 0, [], 0, 0, 0, ImmutableSortedDictionary<string, long>.Empty),
            Totals = new SetTotals(_listing.Files, _listing.Bytes, merged.AddedBytes, merged.Chunks),
            Indexes = merged.Indexes,
            Warnings = [],
            Tool = "bench",
        };

    private async Task<ListingSummary> WriteFilesAsync(RunWriter writer)
    {
        List<byte[]> paths = [];
        for (long id = 10; id < End; id++)
        {
            if (!IsFolder(id))
            {
                paths.Add(Encoding.UTF8.GetBytes(UrlOf(id)["store://".Length..]));
            }
        }

        paths.Sort(static (left, right) => PathOrder.Compare(left, right));
        var listing = new ListingWriter(writer);
        foreach (byte[] path in paths)
        {
            byte[] text = [.. "content of "u8, .. path];
            ContentRef content = await writer.WriteAsync(ChunkClass.Content, new MemoryStream(text), Never);
            await listing.AddAsync(new ListingEntry(path, EntryFlags.None, 0x1A4, Owner, 0, 0, content), Never);
        }

        await using var root = new ListingRoot(writer);
        foreach (SegmentRow row in await listing.CompleteAsync(Never))
        {
            await root.AddAsync(row, Never);
        }

        return await root.CompleteAsync(Never);
    }

    private async Task<CatalogueStamp> WriteCatalogueAsync(RunWriter writer, ChunkIndex index, int number, string cache)
    {
        HashSet<long> touched = number == 0 ? [] : Change(number);
        CatalogueBefore? before = _catalogue is null
            ? null
            : await CatalogueBefore.ReadAsync(
                _repository.CreateReader(index, null),
                _catalogue,
                static _ => true,
                Never
            );
        using var catalogue = new CatalogueWriter(writer, cache, before);
        for (long segment = 0; segment * IdsPerSegment < End; segment++)
        {
            if (!touched.Contains(segment) && before?.Find(segment) is { } kept)
            {
                await catalogue.KeepAsync(kept, Never);
                continue;
            }

            for (
                long id = Math.Max(2, segment * IdsPerSegment);
                id < Math.Min(End, (segment + 1) * IdsPerSegment);
                id++
            )
            {
                if (NodeOf(id) is { } node)
                {
                    await catalogue.AddAsync(node, Never);
                }
            }
        }

        return await catalogue.CompleteAsync(Never);
    }

    /// <summary>The segments in which something changed.</summary>
    private HashSet<long> Change(int number)
    {
        HashSet<long> touched = [];
        for (int i = 0; i < ChangedPerSet; i++)
        {
            long id = 10 + _random.NextInt64(End - 10);
            _changed[id] = number;
            touched.Add(id / IdsPerSegment);
        }

        for (long id = End; id < End + AddedPerSet; id++)
        {
            touched.Add(id / IdsPerSegment);
        }

        _count += AddedPerSet;
        touched.Add((End - 1) / IdsPerSegment);
        return touched;
    }

    private CatalogueNode? NodeOf(long id) =>
        id switch
        {
            2 => Folder(2, "Company Home", 1) with { IsHome = true },
            3 => Folder(3, "Sites", 2),
            < 10 => null,
            _ when IsFolder(id) => Folder(id, $"Folder {id}", 3),
            _ => Folder(id, $"Document {id}.pdf", id - ((id - 10) % (DocumentsPerFolder + 1))) with
            {
                Modified = DateTimeOffset.UnixEpoch.AddHours(id).AddDays(_changed.GetValueOrDefault(id)),
                Label = $"1.{_changed.GetValueOrDefault(id)}",
                Contents = [new CatalogueContent(Content, UrlOf(id), 60, "application/pdf")],
            },
        };

    private static CatalogueNode Folder(long id, string name, long parent) =>
        new(id, "workspace://SpacesStore", UuidOf(id), name, parent);

    private static bool IsFolder(long id) => (id - 10) % (DocumentsPerFolder + 1) == 0;

    private static string UrlOf(long id) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"store://2026/{(id % 12) + 1}/{(id % 28) + 1}/{id % 24}/{id % 60}/{UuidOf(id + 100_000_000)}.bin"
        );

    private static string UuidOf(long id) =>
        new Guid(
            (int)(id * 2654435761),
            (short)(id * 40503),
            0x4000,
            0x80,
            2,
            3,
            4,
            (byte)(id >> 24),
            (byte)(id >> 16),
            (byte)(id >> 8),
            (byte)id
        ).ToString("D", CultureInfo.InvariantCulture);
}

internal sealed record BenchPage(int Set);

[JsonSerializable(typeof(BenchPage))]
internal sealed partial class ManySetsJson : JsonSerializerContext;
