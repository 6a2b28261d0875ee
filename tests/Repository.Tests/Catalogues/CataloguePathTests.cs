using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.Catalogues;

/// <summary>What lies at a path, or below a folder, is found by reading the parts of a catalogue that have it.</summary>
public sealed class CataloguePathTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_walk_down_a_path_leads_to_every_node_that_has_it()
    {
        Random random = new(7);
        for (int round = 0; round < 12; round++)
        {
            MemoryChunks chunks = new();
            List<CatalogueNode> nodes = OddTree(random);
            CatalogueReader reader = await OpenAsync(chunks, await SampleCatalogue.WriteAsync(chunks, nodes));
            List<(CatalogueNode Node, string Path)> paths = [];
            foreach (CatalogueNode node in nodes.Where(static node => node.VersionOf.Length == 0))
            {
                if (await reader.PathOfAsync(node, Never) is { Length: > 0 } path)
                {
                    paths.Add((node, path));
                }
            }

            foreach ((_, string path) in paths.OrderBy(_ => random.Next()).Take(20))
            {
                string pattern = PatternOf(path, random);
                PathStep[] steps = StepsOf(pattern);
                IReadOnlySet<CatalogueSegmentRow>? found = await reader.FindSegmentsAsync(steps, Never);
                Assert.Equal(steps[0].Name is null, found is null);
                if (found is null)
                {
                    continue;
                }

                HashSet<long> segments = [.. found.Select(static row => row.Number)];
                Assert.All(
                    paths.Where(other => Matches(pattern.Split('/'), other.Path.Split('/'))),
                    other => Assert.True(segments.Contains(other.Node.Id / 512), $"{pattern}: {other.Path}")
                );
            }
        }
    }

    [Fact]
    public async Task A_path_is_that_of_nodes_that_have_it_also_where_some_have_no_name_and_an_id_of_their_own()
    {
        Random random = new(8);
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = OddTree(random);
        CatalogueReader reader = await OpenAsync(chunks, await SampleCatalogue.WriteAsync(chunks, nodes));
        int unnamed = 0;
        foreach (CatalogueNode node in nodes)
        {
            if (await reader.PathOfAsync(node, Never) is not { Length: > 0 } path)
            {
                continue;
            }

            IReadOnlyList<CatalogueNode> found = await reader.FindByPathAsync(path.ToUpperInvariant(), Never);
            Assert.NotEmpty(found);
            foreach (CatalogueNode other in found)
            {
                Assert.Equal(path, await reader.PathOfAsync(other, Never) ?? other.Title, ignoreCase: true);
            }

            unnamed += path.Contains("Own-Id-", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(unnamed, 10, nodes.Count);
    }

    [Fact]
    public async Task Few_segments_are_read_for_a_path_a_folder_and_all_that_is_below_one()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(60_000);
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, nodes);
        int groups = (int)(nodes[^1].Id / (512 * 64)) + 1;
        int segments = (int)(nodes[^1].Id / 512) + 1;
        foreach (string path in (string[])["Sites/Folder 123/*", "Sites/Folder 123/**"])
        {
            CatalogueReader reader = await OpenAsync(chunks, stamp);
            int before = chunks.Reads;
            IReadOnlySet<CatalogueSegmentRow>? found = await reader.FindSegmentsAsync(StepsOf(path), Never);

            Assert.InRange(found!.Count, 1, 4);
            Assert.InRange(chunks.Reads - before, groups, (4 * groups) + 12);
        }

        // A path is walked down by one filter, which is read once, however deep it is.
        CatalogueReader named = await OpenAsync(chunks, stamp);
        int reads = chunks.Reads;
        Assert.Single(await named.FindByPathAsync("Sites/Folder 123/Document 12345.pdf", Never));
        Assert.InRange(chunks.Reads - reads, groups, groups + 10);
        Assert.True(segments > 100);
    }

    [Fact]
    public async Task A_catalogue_of_an_earlier_version_tells_a_plain_path_and_no_folder()
    {
        MemoryChunks chunks = new();
        CatalogueStamp stamp = await SampleCatalogue.WriteAsync(chunks, SampleCatalogue.Nodes(2000));
        CatalogueReader reader = await OpenAsync(chunks, stamp with { Folders = null });

        Assert.NotNull(await reader.FindSegmentsAsync(StepsOf("Sites/Folder 3/Document 301.pdf"), Never));
        Assert.Null(await reader.FindSegmentsAsync(StepsOf("Sites/Folder 3/*"), Never));

        // An earlier version does not keep what it does not know.
        CatalogueGroup group = (await CatalogueTable.ReadWithFoldersAsync(chunks, stamp, Never))[0];
        chunks.Chunks[group.Folders!.Value] = [];
        CatalogueReader lost = await OpenAsync(chunks, stamp);
        Assert.Null(await lost.FindSegmentsAsync(StepsOf("Sites/Folder 3/*"), Never));
    }

    [Fact]
    public async Task A_path_outside_of_Company_Home_is_found_by_where_it_begins()
    {
        MemoryChunks chunks = new();
        List<CatalogueNode> nodes = SampleCatalogue.Nodes(1000);
        long id = nodes[^1].Id + 1;
        nodes.Add(SampleCatalogue.Document(id, "Deleted folder", 999_999) with { Contents = [] });
        nodes.Add(SampleCatalogue.Document(id + 1, "y.pdf", id));
        nodes.Add(SampleCatalogue.Document(id + 2, "y.pdf", 999_999));
        CatalogueReader reader = await OpenAsync(chunks, await SampleCatalogue.WriteAsync(chunks, nodes));

        Assert.Equal(id + 1, Assert.Single(await reader.FindByPathAsync("deleted folder/Y.pdf", Never)).Id);
        Assert.Equal(id + 2, Assert.Single(await reader.FindByPathAsync("/y.pdf", Never)).Id);
        Assert.Empty(await reader.FindByPathAsync("Sites/y.pdf", Never));
    }

    /// <summary>Names with <c>*</c> for any name and <c>**</c> for any number of folders.</summary>
    internal static PathStep[] StepsOf(string path) =>
        [
            .. path.Split('/')
                .Select(static name => new PathStep(
                    name is "*" or "**" ? null : name,
                    title => name == "*" || Same(name, title)
                )
                {
                    IsDeep = name == "**",
                }),
        ];

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty || names.IsEmpty)
        {
            return pattern.IsEmpty && names.IsEmpty;
        }

        return pattern[0] == "**"
            ? pattern.Length == 1 || Matches(pattern[1..], names) || Matches(pattern, names[1..])
            : (pattern[0] == "*" || Same(pattern[0], names[0])) && Matches(pattern[1..], names[1..]);
    }

    private static bool Same(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string PatternOf(string path, Random random)
    {
        string[] names = path.Split('/');
        for (int i = 1; i < names.Length; i++)
        {
            names[i] = random.Next(5) switch
            {
                0 => "*",
                1 => "**",
                2 => names[i].ToUpperInvariant(),
                _ => names[i],
            };
        }

        return string.Join('/', names);
    }

    /// <summary>Homes in homes, folders without names, tops outside of any home, and documents that are folders.</summary>
    private static List<CatalogueNode> OddTree(Random random)
    {
        List<CatalogueNode> nodes = [];
        long id = 1;
        for (int i = 0; i < 400; i++)
        {
            id += random.Next(1, 700);
            string name = random.Next(10) switch
            {
                0 => string.Empty,
                1 => "Übersicht",
                _ => $"n{random.Next(6)}",
            };
            long parent =
                random.Next(8) == 0 ? random.Next(0, 2) * 77_777_777L
                : nodes.Count == 0 ? 0
                : nodes[random.Next(Math.Max(0, nodes.Count - 60), nodes.Count)].Id;
            CatalogueNode node = SampleCatalogue.Document(id, name, parent);
            node = random.Next(2) == 0 ? node with { Uuid = $"Own-Id-{id}" } : node;
            bool isHome = i == 0 || random.Next(40) == 0;
            nodes.Add(
                random.Next(3) == 0 ? node
                : isHome ? node with { Contents = [], IsHome = true, Name = $"Home {id}" }
                : node with { Contents = [] }
            );
        }

        return nodes;
    }

    private static async Task<CatalogueReader> OpenAsync(MemoryChunks chunks, CatalogueStamp stamp) =>
        await CatalogueReader.OpenAsync(new CatalogueSegments(chunks), stamp, Never);
}
