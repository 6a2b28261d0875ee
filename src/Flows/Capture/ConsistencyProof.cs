using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Counts what the dump requires and the listings do not have, in constant memory.</summary>
/// <param name="acknowledged">What an administrator has accepted.</param>
/// <param name="checkSizes">False for stores that encrypt or compress.</param>
/// <param name="record">
/// Gets every finding, acknowledged ones too; whether the live system has the file is not said in it. Null: nobody wants
/// them.
/// </param>
internal sealed class ConsistencyProof(
    AcknowledgedFiles acknowledged,
    bool checkSizes,
    Func<FileFinding, ValueTask>? record = null
)
{
    /// <summary>Findings that are named.</summary>
    public const int MaxNamed = 1000;

    /// <summary>Paths with a finding that are kept for the next proof; of more, that one looks everything up.</summary>
    private const int MaxFindings = 100_000;

    private readonly ImmutableArray<NamedFile>.Builder _named = ImmutableArray.CreateBuilder<NamedFile>();
    private readonly List<(string Root, byte[] Path)> _findings = [];

    private readonly SizeComparison _sizes = new();

    public long Required { get; private set; }

    /// <summary>Acknowledged ones included.</summary>
    public long Missing { get; private set; }

    public long Acknowledged { get; private set; }

    /// <summary>Those among the missing that are there in another size.</summary>
    public long WrongSizes => _sizes.Wrong;

    /// <inheritdoc cref="SizeComparison.LooksEncoded"/>
    public bool LooksEncoded => _sizes.LooksEncoded;

    /// <summary>So many of those that were looked up have another size that all would have to be seen.</summary>
    public bool MayLookEncoded => _sizes.Wrong >= SizeComparison.MinFiles;

    public bool ChecksSizes => checkSizes;

    public ImmutableArray<NamedFile> Named => _named.ToImmutable();

    /// <summary>Those among the required that were not looked up, because the parent's proof holds for them.</summary>
    public long BySegment { get; private set; }

    /// <summary>Paths with a finding, each once, root by root in path order; null where they are too many.</summary>
    public IReadOnlyList<(string Root, byte[] Path)>? Findings => _findings.Count > MaxFindings ? null : _findings;

    /// <summary>So many files, beside those that were looked up, are required and proved.</summary>
    public void AddProved(long count)
    {
        Required += count;
        BySegment += count;
    }

    /// <summary>Both streams are in path order.</summary>
    public async Task AddRootAsync(
        string root,
        IAsyncEnumerable<RequiredFile> required,
        IAsyncEnumerable<ListingEntry> listing
    )
    {
        await using IAsyncEnumerator<RequiredFile> needed = required.GetAsyncEnumerator();
        bool more = await needed.MoveNextAsync();
        await foreach (ListingEntry entry in listing)
        {
            while (more && PathOrder.Compare(needed.Current.Path, entry.Path) < 0)
            {
                await AddMissingAsync(root, needed.Current, FindingReasons.Missing);
                more = await needed.MoveNextAsync();
            }

            bool isRequired = more && needed.Current.Path.AsSpan().SequenceEqual(entry.Path);
            await NameCarriedOverAsync(root, entry, isRequired ? needed.Current : null);
            while (more && needed.Current.Path.AsSpan().SequenceEqual(entry.Path))
            {
                await CompareAsync(root, needed.Current, entry);
                more = await needed.MoveNextAsync();
            }
        }

        while (more)
        {
            await AddMissingAsync(root, needed.Current, FindingReasons.Missing);
            more = await needed.MoveNextAsync();
        }
    }

    /// <summary>Everything required of a root that was not captured is missing.</summary>
    public async Task AddAbsentRootAsync(string root, IAsyncEnumerable<RequiredFile> required)
    {
        await foreach (RequiredFile file in required)
        {
            await AddMissingAsync(root, file, FindingReasons.Missing);
        }
    }

    /// <summary>Required URLs that name no file of this installation.</summary>
    /// <param name="accepted">Those among them that an administrator has accepted.</param>
    /// <param name="samples">Some of the others.</param>
    public async Task AddUnmappedAsync(long count, long accepted, ImmutableArray<string> samples)
    {
        Required += count;
        Missing += count;
        Acknowledged += accepted;
        foreach (string url in samples)
        {
            Name(new NamedFile(string.Empty, url, null, FindingReasons.InvalidUrl));
            await RecordAsync(
                new FileFinding(
                    string.Empty,
                    Encoding.UTF8.GetBytes(url),
                    FindingReasons.InvalidUrl,
                    LiveFile.Unknown,
                    Size: null,
                    Captured: null,
                    UrlId: 0,
                    IsAcknowledged: false
                )
            );
        }
    }

    private async ValueTask CompareAsync(string root, RequiredFile file, ListingEntry entry)
    {
        if (entry.IsDirectory)
        {
            await AddMissingAsync(root, file, FindingReasons.Missing);
        }
        else if (file.Size == RequiredFile.NoFilesSize)
        {
            await AddMissingAsync(root, file, FindingReasons.InvalidSize, entry.Length);
        }
        else if (checkSizes && file.Size is { } size && !_sizes.AddAndCompare(size, entry.Length))
        {
            await AddMissingAsync(root, file, FindingReasons.WrongSize, entry.Length);
        }
        else if (entry.Flags.HasFlag(EntryFlags.Unstable))
        {
            // Whatever was read of it, nobody knows whether it is what the database means.
            await AddMissingAsync(root, file, FindingReasons.Unstable, entry.Length);
        }
        else
        {
            Required++;
        }
    }

    private async ValueTask NameCarriedOverAsync(string root, ListingEntry entry, RequiredFile? file)
    {
        string? reason =
            entry.Flags.HasFlag(EntryFlags.SourceMissing) ? FindingReasons.SourceMissing
            : entry.Flags.HasFlag(EntryFlags.SourceChanged) ? FindingReasons.SourceChanged
            : null;
        if (reason is not null)
        {
            NoteFinding(root, entry.Path);
            Name(new NamedFile(root, Display(entry.Path), entry.Length, reason));
            await RecordAsync(
                new FileFinding(
                    root,
                    entry.Path,
                    reason,
                    LiveFile.Unknown,
                    SizeOf(file),
                    entry.Length,
                    file?.UrlId ?? 0,
                    IsAcknowledged: false
                )
            );
        }
    }

    private async ValueTask AddMissingAsync(string root, RequiredFile file, string reason, long? captured = null)
    {
        Required++;
        Missing++;
        NoteFinding(root, file.Path);
        bool isAcknowledged = acknowledged.Contains(root, file.Path);
        long? size = SizeOf(file);
        if (isAcknowledged)
        {
            Acknowledged++;
        }
        else
        {
            Name(new NamedFile(root, Display(file.Path), size, reason));
        }

        await RecordAsync(
            new FileFinding(root, file.Path, reason, LiveFile.Unknown, size, captured, file.UrlId, isAcknowledged)
        );
    }

    private ValueTask RecordAsync(FileFinding finding) => record?.Invoke(finding) ?? ValueTask.CompletedTask;

    private static long? SizeOf(RequiredFile? file) =>
        file?.Size is { } size and not RequiredFile.NoFilesSize ? size : null;

    private void NoteFinding(string root, byte[] path)
    {
        bool isNoted =
            _findings.Count > 0 && _findings[^1].Root == root && _findings[^1].Path.AsSpan().SequenceEqual(path);
        if (!isNoted && _findings.Count <= MaxFindings)
        {
            _findings.Add((root, path));
        }
    }

    private void Name(NamedFile file)
    {
        if (_named.Count < MaxNamed)
        {
            _named.Add(file);
        }
    }

    private static string Display(byte[] path) => TreePath.Display(path);
}
