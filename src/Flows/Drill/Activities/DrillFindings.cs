using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Flows.Drill.Records;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>What a drill found: all of it is counted, and as much is kept as a journal takes.</summary>
internal sealed class DrillFindings
{
    public const int MaxKept = 20;

    private const int MaxBytes = 8 * 1024;
    private const int MaxText = 500;

    private readonly List<DrillFinding> _kept = [];
    private readonly Dictionary<DrillFinding, long> _urls = [];

    public long Count { get; private set; }

    /// <param name="urlId">The row of the content URL, whose nodes are looked up; 0: none.</param>
    public void Add(
        string kind,
        string line,
        string? url = null,
        string? path = null,
        long? size = null,
        long urlId = 0
    )
    {
        Count++;
        if (_kept.Count < MaxKept)
        {
            var finding = new DrillFinding(kind, Cut(line)!, Cut(url), Cut(path), size, []);
            _kept.Add(finding);
            if (urlId > 0)
            {
                _urls[finding] = urlId;
            }
        }
    }

    /// <summary>Such findings count, and nobody names them.</summary>
    public void AddUnnamed(long more) => Count += more;

    /// <summary>Rows of content URLs of which the nodes are asked for.</summary>
    public IReadOnlyCollection<long> Urls => [.. _urls.Values.Distinct()];

    /// <param name="nodesOf">Of a content URL.</param>
    public ImmutableArray<DrillFinding> ToImmutable(ILookup<long, DrillNode> nodesOf)
    {
        int bytes = 0;
        return
        [
            .. _kept
                .Select(finding => WithNodes(finding, nodesOf))
                .TakeWhile(
                    (finding, number) =>
                        (bytes += JsonSerializer.SerializeToUtf8Bytes(finding, DrillJson.Default.DrillFinding).Length)
                            <= MaxBytes
                        || number == 0
                ),
        ];
    }

    /// <summary>A content URL may be that of several versions of a document.</summary>
    private DrillFinding WithNodes(DrillFinding finding, ILookup<long, DrillNode> nodesOf)
    {
        DrillNode[] nodes = _urls.TryGetValue(finding, out long url) ? [.. nodesOf[url].Take(3)] : [];
        return nodes.Length == 0
            ? finding
            : finding with
            {
                Nodes = [.. nodes.Select(static node => node with { Path = Cut(node.Path) })],
                Line = Cut($"{finding.Line}: document '{nodes[0].Path ?? "(without a name)"}' ({nodes[0].NodeRef})")!,
            };
    }

    private static string? Cut(string? text) => text is { Length: > MaxText } ? text[..MaxText] + " ..." : text;
}
