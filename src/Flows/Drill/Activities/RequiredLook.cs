using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>Looks up what the restored database requires among the restored files, and draws a sample of it.</summary>
/// <param name="seed">Another one draws another sample; the same one the same.</param>
/// <param name="selector">Which directories were restored; null: all of them.</param>
internal sealed class RequiredLook(
    RestoredFiles files,
    FileList lost,
    ContentUrlMap urls,
    bool checkSizes,
    double share,
    string seed,
    Selector? selector = null
)
{
    /// <summary>In memory at once.</summary>
    private const int MaxSample = 100_000;

    private const int MaxRemembered = 1_000_000;

    private readonly HashSet<string> _lost = [.. lost.Paths];
    private readonly HashSet<string> _unnamed = [.. lost.UnnamedRoots];
    private readonly HashSet<string> _lostRequired = [];
    private readonly HashSet<long> _seen = [];
    private readonly List<(string Kind, string Line, RequiredUrl Url, string? Path)> _named = [];

    public long Required { get; private set; }

    /// <summary>Absent, or of another size.</summary>
    public long Missing { get; private set; }

    /// <summary>Of these, lost by the repository.</summary>
    public long Lost { get; private set; }

    /// <summary>Files of directories that were not restored, and URLs that name no directory.</summary>
    public long LeftOut { get; private set; }

    public List<ContentPlace> Sample { get; } = [];

    /// <summary>Lost files that the database does not require: keys, the search index, deleted content.</summary>
    public IEnumerable<string> LostBesides => lost.Paths.Where(path => !_lostRequired.Contains(path));

    public void Add(RequiredUrl url)
    {
        ContentPlace place = urls.Locate(url.Url);
        if (place.Kind is ContentPlaceKind.NoFile or ContentPlaceKind.Outside)
        {
            return;
        }

        if (selector?.TakesRoot(place.Root) is false)
        {
            LeftOut++;
            return;
        }

        Required++;
        if (place.Kind is ContentPlaceKind.Invalid)
        {
            Note(DrillFindingKinds.Missing, $"{url.Name} is no content URL that names a file", url, path: null);
            return;
        }

        string path = $"{place.Root}/{TreePath.Display(place.Path)}";
        if (files.Find(place) is not { } file)
        {
            bool isNamed = _lost.Contains(path);
            bool isLost = isNamed || _unnamed.Contains(place.Root);
            if (isNamed)
            {
                _lostRequired.Add(path);
            }

            Note(
                isLost ? DrillFindingKinds.Lost : DrillFindingKinds.Missing,
                isLost ? $"{url.Url} is lost in the repository ({path})" : $"{url.Url} has no file ({path})",
                url,
                path
            );
        }
        else if (checkSizes && (url.SizeFault is not null || (url.Size is { } size && size != file.Size)))
        {
            string says = url.SizeFault is { } fault ? $"content_size {fault}" : $"{url.Size} bytes";
            Note(
                DrillFindingKinds.Size,
                $"{url.Url} has {file.Size} bytes, and its row says {says} ({path})",
                url,
                path
            );
        }
        else if (Sample.Count < MaxSample && IsDrawn(url))
        {
            Sample.Add(place);
        }
    }

    /// <summary>All that is missing; nothing where it is not more than what an administrator has accepted.</summary>
    public void AppendTo(DrillFindings findings, long acknowledged)
    {
        if (Lost == 0 && Missing <= acknowledged)
        {
            return;
        }

        foreach ((string kind, string line, RequiredUrl url, string? path) in _named)
        {
            findings.Add(kind, line, url.Url.Length == 0 ? null : url.Url, path, url.Size, url.Id);
        }

        findings.AddUnnamed(Missing - _named.Count);
    }

    private void Note(string kind, string line, RequiredUrl url, string? path)
    {
        // A database may give a URL twice.
        if (_seen.Count < MaxRemembered && !_seen.Add(Hash($"{url.Id} {url.Name}")))
        {
            return;
        }

        Missing++;
        Lost += kind == DrillFindingKinds.Lost ? 1 : 0;
        if (_named.Count < DrillFindings.MaxKept)
        {
            _named.Add((kind, line, url, path));
        }
    }

    private bool IsDrawn(RequiredUrl url) =>
        share >= 1 || (ulong)Hash($"{seed} {url.Url}") < (ulong)(share * ulong.MaxValue);

    private static long Hash(string text) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
