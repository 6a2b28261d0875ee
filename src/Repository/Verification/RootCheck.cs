using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <param name="Files">Files in the listing.</param>
/// <param name="Bytes">Of these files.</param>
/// <param name="Required">Required files.</param>
/// <param name="Missing">Of these, the ones that the listing does not have.</param>
/// <param name="Lost">Files that do not restore.</param>
/// <param name="LostBytes">Of these files.</param>
internal sealed record VerifiedRoot(long Files, long Bytes, long Required, long Missing, long Lost, long LostBytes);

/// <summary>
/// Checks one root of a set in one pass over its listing and its list of required files: every chunk has a place, the
/// totals are those of the manifest, every required file is there. What other sets have as well is looked at once.
/// </summary>
internal sealed class RootCheck(
    IChunkSource chunks,
    ContentCheck contents,
    Findings findings,
    SoundStretches sound,
    Func<RootStamp, ListingEntry, bool> takes
)
{
    /// <summary>Segments that are read together: some megabytes, one request or a few.</summary>
    private const int SegmentsAtOnce = 32;

    /// <summary>One is read while each of two cores works on another.</summary>
    private const int BatchesAtOnce = 3;

    private readonly LostSegments _segments = new();
    private long _files;
    private long _directories;
    private long _bytes;
    private long _missing;
    private long _required;
    private long _lost;
    private long _lostBytes;

    /// <summary>Called once.</summary>
    public async Task<VerifiedRoot> RunAsync(SetManifest manifest, RootStamp root, CancellationToken cancellationToken)
    {
        try
        {
            await CheckStreamsAsync(manifest.Id, root, cancellationToken);
            StretchPlan plan = new(chunks, root);
            bool isDivided = await plan.DividesRequiredAsync(cancellationToken);
            StretchCheck check = new(
                chunks,
                contents,
                sound,
                root,
                takes,
                fault => findings.Error(manifest.Id, fault),
                keepsEntries: !isDivided
            );
            IAsyncEnumerable<List<VerifiedStretch>> batches = InOrder.RunAsync(
                BatchAsync(plan.ReadAsync(isDivided, cancellationToken), cancellationToken),
                check.RunAsync,
                BatchesAtOnce,
                cancellationToken
            );
            await using IAsyncEnumerator<RequiredFile> list = (
                isDivided
                    ? AsyncEnumerable.Empty<RequiredFile>()
                    : new RequiredListReader(chunks, root.Required!).ReadAsync(cancellationToken)
            ).GetAsyncEnumerator(cancellationToken);
            await AddAsync(batches, new RequiredMerge(list, _segments), manifest.Id, root, cancellationToken);
            await SayWhatIsWrongAsync(manifest.Id, root, cancellationToken);
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            // The listing's own stream: without it nobody knows where its files begin.
            (_lost, _lostBytes) = (root.Files, root.Bytes);
            findings.Error(
                manifest.Id,
                $"Root {root.Name} does not restore, none of its {root.Files} files: {exception.Message}"
            );
        }

        return new VerifiedRoot(_files, _bytes, _required, _missing, _lost, _lostBytes);
    }

    private async Task AddAsync(
        IAsyncEnumerable<List<VerifiedStretch>> batches,
        RequiredMerge merge,
        RunId set,
        RootStamp root,
        CancellationToken cancellationToken
    )
    {
        StretchEnd? last = null;
        await foreach (
            VerifiedStretch stretch in batches.SelectMany(static batch => batch).WithCancellation(cancellationToken)
        )
        {
            if (
                last is { IsDirectory: false } file
                && stretch.First is { } first
                && PathOrder.IsBelow(first.Path, file.Path)
            )
            {
                throw Damage.InPart("a listing", $"'{TreePath.Display(first.Path)}' lies below a file");
            }

            last = stretch.Last ?? last;
            stretch.LostSegments.ForEach(segment => _segments.Add(segment.Row, segment.Why));
            foreach (StretchEnd entry in stretch.Entries)
            {
                await merge.PassAsync(entry.Path, entry.IsDirectory);
            }

            Add(stretch, set, root);
        }

        await merge.EndAsync();
        _required += merge.Required;
        _missing += merge.Missing;
    }

    private void Add(VerifiedStretch stretch, RunId set, RootStamp root)
    {
        _files += stretch.Files;
        _directories += stretch.Directories;
        _bytes += stretch.Bytes;
        _required += stretch.Required;
        _missing += stretch.Missing;
        foreach ((byte[] path, long length, string why) in stretch.LostFiles)
        {
            _lost++;
            _lostBytes += length;
            findings.LostFile(set, root, path, why);
        }
    }

    private async Task SayWhatIsWrongAsync(RunId set, RootStamp root, CancellationToken cancellationToken)
    {
        if (_segments.IsEmpty)
        {
            if (
                (_files, _directories, _bytes, _required)
                != (root.Files, root.Directories, root.Bytes, root.RequiredFiles)
            )
            {
                findings.Error(
                    set,
                    $"The listing of {root.Name} has {_files} files, {_directories} directories, {_bytes} bytes and "
                        + $"{_required} required files; the manifest says {root.Files}, {root.Directories}, "
                        + $"{root.Bytes} and {root.RequiredFiles}."
                );
            }

            return;
        }

        _lost += _segments.Files;
        _lostBytes += _segments.Bytes;
        string why = _segments.Why!.TrimEnd('.');
        IReadOnlyList<byte[]> names = await _segments.NameAsync(chunks, root.Required, cancellationToken);
        findings.Error(
            set,
            $"{_segments.Count} parts of the listing of {root.Name} are lost, with them {_segments.Files} files of "
                + $"which {names.Count} are known by name: {why}."
        );
        foreach (byte[] name in names)
        {
            findings.LostFile(set, root, name, "its part of the listing is lost");
        }
    }

    private static async IAsyncEnumerable<List<Stretch>> BatchAsync(
        IAsyncEnumerable<Stretch> stretches,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<Stretch> batch = [];
        int segments = 0;
        await foreach (Stretch stretch in stretches.WithCancellation(cancellationToken))
        {
            batch.Add(stretch);
            segments += stretch.Segments;
            if (segments >= SegmentsAtOnce)
            {
                yield return batch;
                (batch, segments) = ([], 0);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>
    /// Notes every pack that the root's own streams need; their bytes are read by the pass over the entries.
    /// </summary>
    private async Task CheckStreamsAsync(RunId set, RootStamp root, CancellationToken cancellationToken)
    {
        (ContentRef? Stream, string What)[] streams =
        [
            (root.Listing, "listing"),
            (root.Required, "list of required files"),
        ];
        foreach ((ContentRef? stream, string what) in streams)
        {
            if (
                stream is not null
                && await contents.FindFaultAsync(
                    stream,
                    ChunkClass.Metadata,
                    fault => findings.Error(set, fault),
                    cancellationToken
                )
                    is { } fault
            )
            {
                findings.Error(set, $"The {what} of {root.Name} cannot be read: {fault}.");
            }
        }
    }
}
