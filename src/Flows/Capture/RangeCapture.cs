using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Merges three sorted streams of one range, in constant memory, into the range's listing: the scan of the source, the
/// listing that is inherited from, and the files that the dump requires. Used once.
/// </summary>
internal sealed class RangeCapture
{
    private readonly CaptureSource _source;
    private readonly PathRange _range;
    private readonly TreeScan _scan;
    private readonly Lookahead<ListingEntry> _parent;
    private readonly Lookahead<RequiredFile> _required;
    private readonly RangeListing _listing;
    private readonly TrustedDirectories _trusted;
    private readonly FileCapture _files;
    private readonly StepBudget _budget;

    /// <summary>
    /// The directory whose entries are taken over from the parent without a look; null outside of one.
    /// </summary>
    private byte[]? _handedOver;

    /// <param name="range">What is captured.</param>
    /// <param name="parent">From the start of the range, beyond its end.</param>
    /// <param name="required">Of the range.</param>
    public RangeCapture(
        CaptureSource source,
        PathRange range,
        Lookahead<ListingEntry> parent,
        Lookahead<RequiredFile> required,
        RangeListing listing,
        TrustedDirectories trusted,
        FileCapture files,
        StepBudget budget
    )
    {
        _source = source;
        _scan = new TreeScan(source.Tree, range, source.Notes, source.FollowsLinks);
        (_range, _parent, _required, _listing, _trusted, _files, _budget) = (
            range,
            parent,
            required,
            listing,
            trusted,
            files,
            budget
        );
    }

    /// <summary>
    /// Runs to the end of the range or of the budget. Returns where the next step begins; null at the end of the range.
    /// </summary>
    public async Task<byte[]?> RunAsync(CancellationToken cancellationToken)
    {
        _scan.MoveNext();
        await _parent.MoveNextAsync();
        await _required.MoveNextAsync();
        while (NextPath() is { } path)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await MergeAsync(path, cancellationToken);
            if (_listing.EndsWith(path) && _budget.IsSpent(_listing.AtSegmentEnd))
            {
                // The lowest bound that comes after the path itself and before all that is below it.
                return [.. path, (byte)'/'];
            }
        }

        return null;
    }

    private byte[]? NextPath()
    {
        byte[]? path = _scan.Current?.Path;
        if (_parent.Current is { } parent && !_range.EndsBefore(parent.Path))
        {
            path = Lower(path, parent.Path);
        }

        return Lower(path, _required.Current?.Path);
    }

    private async ValueTask MergeAsync(byte[] path, CancellationToken cancellationToken)
    {
        ScanEntry? seen = Is(_scan.Current?.Path, path) ? _scan.Current : null;
        ListingEntry? parent = Is(_parent.Current?.Path, path) ? _parent.Current : null;
        RequiredFile? required = Is(_required.Current?.Path, path) ? _required.Current : null;
        if (_handedOver is not null && !PathOrder.IsBelow(path, _handedOver))
        {
            _handedOver = null;
        }

        if (seen is { Stat.Type: EntryType.Directory })
        {
            await MergeDirectoryAsync(seen, parent, cancellationToken);
        }
        else if (seen is null && parent is not null && _handedOver is not null)
        {
            await _listing.AddAsync(parent, cancellationToken);
        }
        else if (seen is not null || required is not null)
        {
            ListingEntry? entry = await _files.CaptureAsync(
                path,
                seen,
                parent,
                required,
                _handedOver is not null,
                cancellationToken
            );
            await AddFileAsync(entry, path, parent, cancellationToken);
        }
        else if (parent!.IsDirectory)
        {
            await KeepNeededDirectoryAsync(parent, cancellationToken);
        }
        else
        {
            _files.NoteGone(path);
        }

        await StepOverAsync(path);
    }

    private async ValueTask AddFileAsync(
        ListingEntry? entry,
        byte[] path,
        ListingEntry? parent,
        CancellationToken cancellationToken
    )
    {
        if (entry is not null)
        {
            await _listing.AddAsync(entry, cancellationToken);
        }
        else if (parent is { IsDirectory: false })
        {
            _files.NoteGone(path);
        }
    }

    private async ValueTask MergeDirectoryAsync(
        ScanEntry seen,
        ListingEntry? parent,
        CancellationToken cancellationToken
    )
    {
        DirectoryJudgement judgement = await _trusted.JudgeAsync(_scan, seen, parent, _parent);
        if (judgement == DirectoryJudgement.HandedOver)
        {
            _scan.SkipChildren();
            _handedOver = seen.Path;
        }

        EntryFlags flags = judgement == DirectoryJudgement.Open ? EntryFlags.None : EntryFlags.Trusted;
        await _listing.AddAsync(_source.Directory(seen, flags), cancellationToken);
    }

    /// <summary>
    /// A directory that is gone stays in the listing where something below it is still required: it may be carried
    /// over.
    /// </summary>
    private async ValueTask KeepNeededDirectoryAsync(ListingEntry directory, CancellationToken cancellationToken)
    {
        if (_required.Current is { } next && PathOrder.IsBelow(next.Path, directory.Path))
        {
            await _listing.AddAsync(directory with { Flags = EntryFlags.None }, cancellationToken);
        }
    }

    /// <summary>
    /// A directory is stepped over by the scan only now: what is below it must not be read before its own entry is
    /// written.
    /// </summary>
    private async ValueTask StepOverAsync(byte[] path)
    {
        if (Is(_scan.Current?.Path, path))
        {
            _scan.MoveNext();
        }

        if (Is(_parent.Current?.Path, path))
        {
            await _parent.MoveNextAsync();
        }

        while (Is(_required.Current?.Path, path))
        {
            await _required.MoveNextAsync();
        }
    }

    private static bool Is(byte[]? path, byte[] other) => path is not null && path.AsSpan().SequenceEqual(other);

    private static byte[]? Lower(byte[]? left, byte[]? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }

        return PathOrder.Compare(left, right) <= 0 ? left : right;
    }
}
