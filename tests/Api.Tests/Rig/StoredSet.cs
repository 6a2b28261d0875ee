using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Retention;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Runs;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Api.Tests.Rig;

/// <summary>
/// A set whose documents are there: the catalogue of its nodes, its files, and what its proof found. Documents lie in
/// <c>Sites/finance</c>, their files at <c>store://2026/NAME</c>.
/// </summary>
internal sealed class StoredSet
{
    private const string Property = "{http://www.alfresco.org/model/content/1.0}content";
    private const string VersionStore = "workspace://version2Store";
    private const long Finance = 4;

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<CatalogueNode> _nodes =
    [
        Node(2, "Company Home", 1) with
        {
            IsHome = true,
        },
        Node(3, "Sites", 2),
        Node(Finance, "finance", 3),
    ];
    private readonly List<FileFinding> _findings = [];

    public ImmutableSortedDictionary<string, long> Unprotected { get; init; } =
        ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>What the manifest has besides.</summary>
    public Func<SetManifest, SetManifest> Complete { get; set; } = static manifest => manifest;

    public static string NodeRef(long id) => $"workspace://SpacesStore/{Uuid(id)}";

    public static string VersionRef(long id) => $"{VersionStore}/{Uuid(id)}";

    public static string Uuid(long id) => new Guid((int)id, 7, 9, 1, 2, 3, 4, 5, 6, 7, 8).ToString();

    /// <param name="file">Beneath <c>store://2026/</c>.</param>
    /// <param name="bytes">Null: the set does not have the file.</param>
    public StoredSet Document(long id, string name, string file, byte[]? bytes, string modified, string label = "1.0")
    {
        _nodes.Add(
            Node(id, name, Finance) with
            {
                Modified = DateTimeOffset.Parse(modified, CultureInfo.InvariantCulture),
                Label = label,
                Contents = [new CatalogueContent(Property, $"store://2026/{file}", bytes?.Length ?? 9, "text/plain")],
            }
        );
        if (bytes is not null)
        {
            _files[file] = bytes;
        }

        return this;
    }

    public StoredSet Document(long id, string name, string file, string text, string modified, string label = "1.0") =>
        Document(id, name, file, Encoding.UTF8.GetBytes(text), modified, label);

    /// <summary>A version of a document, as Alfresco's version store has it.</summary>
    public StoredSet Version(long id, long of, string name, string file, string text, string modified, string label)
    {
        Document(id, name, file, text, modified, label);
        _nodes[^1] = _nodes[^1] with { Store = VersionStore, VersionOf = Uuid(of), Parent = 0 };
        return this;
    }

    public StoredSet Finding(string file, string reason, LiveFile live, long? captured = null)
    {
        _findings.Add(
            new FileFinding(
                "contentstore",
                Encoding.UTF8.GetBytes($"2026/{file}"),
                reason,
                live,
                Size: 9,
                captured,
                UrlId: 0,
                IsAcknowledged: false
            )
        );
        return this;
    }

    public async Task<RunId> CommitAsync(BackupRepository repository, string installation, RunId id)
    {
        CancellationToken stop = CancellationToken.None;
        RunOpened run = await repository.Log.OpenRunAsync(id, installation);
        ChunkIndex index = await repository.LoadIndexAsync((await repository.Log.ReadAsync()).State, stop);
        using RunChunkIndex runIndex = await repository.LoadRunIndexAsync(run.Run, stop);
        SetManifest manifest = Manifests.Empty(run.Run, run.Base, installation, _findings.All(f => !f.IsMissing));
        LostPacks lost = await repository.FindLostPacksAsync(index, stop);
        await using (RunWriter writer = repository.OpenRunWriter(run.Run, "all", index, runIndex, lost))
        {
            manifest = await WriteAsync(writer, manifest, stop);
            await writer.CommitPageAsync(new FlowStatus("done", null), RuntimeJson.Default.FlowStatus, stop);
        }

        AddedChunkIndexes added = await repository.MergeRunIndexAsync(run.Run, ["all"], known: null, stop);
        manifest = Complete(manifest with { Indexes = [.. added.Indexes] });
        await repository.Log.CommitAsync(run.Run, run.Base, manifest);
        return run.Run;
    }

    private async Task<SetManifest> WriteAsync(RunWriter writer, SetManifest manifest, CancellationToken stop)
    {
        await using var findings = new FindingsList(writer);
        foreach (FileFinding finding in _findings)
        {
            await findings.AddAsync(finding, stop);
        }

        using TempDirectory temp = new();
        using CatalogueWriter catalogue = new(writer, temp.Path);
        foreach (CatalogueNode node in _nodes.OrderBy(node => node.Id))
        {
            await catalogue.AddAsync(node, stop);
        }

        return manifest with
        {
            Roots = [await WriteRootAsync(writer, manifest.Roots[0], stop)],
            Database = new DatabaseStamp(
                "PostgreSQL",
                "15.8",
                "15.8",
                "alfresco",
                await WriteAsync(writer, ChunkClass.Dump, "dump"u8.ToArray(), stop),
                new TransactionWatermark(42, 1_795_000_000_000),
                ImmutableSortedDictionary<string, long>.Empty,
                []
            )
            {
                Catalogue = await catalogue.CompleteAsync(stop),
            },
            Consistency = manifest.Consistency with
            {
                Required = _nodes.Count,
                Missing = _findings.Count(finding => finding.IsMissing),
                SourceMissing = _findings.Count(finding => finding.Reason == FindingReasons.SourceMissing),
                WrongSizes = _findings.Count(finding => finding.Reason == FindingReasons.WrongSize),
                Unprotected = Unprotected,
                Details = await findings.CompleteAsync(stop),
            },
        };
    }

    private async Task<RootStamp> WriteRootAsync(RunWriter writer, RootStamp stamp, CancellationToken stop)
    {
        ListingWriter listing = new(writer);
        await listing.AddAsync(Entry(string.Empty, null), stop);
        await listing.AddAsync(Entry("2026", null), stop);
        foreach ((string name, byte[] bytes) in _files)
        {
            ContentRef content = await WriteAsync(writer, ChunkClass.Content, bytes, stop);
            await listing.AddAsync(Entry($"2026/{name}", content), stop);
        }

        await using ListingRoot root = new(writer);
        foreach (SegmentRow row in await listing.CompleteAsync(stop))
        {
            await root.AddAsync(row, stop);
        }

        ListingSummary summary = await root.CompleteAsync(stop);
        return stamp with { Listing = summary.Listing, Files = summary.Files, Bytes = summary.Bytes };
    }

    private static async Task<ContentRef> WriteAsync(
        RunWriter writer,
        ChunkClass chunkClass,
        byte[] bytes,
        CancellationToken stop
    )
    {
        using var stream = new MemoryStream(bytes);
        return await writer.WriteAsync(chunkClass, stream, stop);
    }

    private static ListingEntry Entry(string path, ContentRef? content) =>
        new(
            Encoding.UTF8.GetBytes(path),
            EntryFlags.None,
            content is null ? 0b111_101_101 : 0b110_100_000,
            new FileOwner(1000, 1000, "alfresco", "alfresco"),
            0,
            0,
            content
        );

    private static CatalogueNode Node(long id, string name, long parent) =>
        new(id, "workspace://SpacesStore", Uuid(id), name, parent);
}
