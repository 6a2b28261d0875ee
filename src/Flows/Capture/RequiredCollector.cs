using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// Takes required content URLs in the database's order, finds the file of each, and gives them back as one list per
/// content root in the order of a listing: sorted by us, never by a collation.
/// </summary>
internal sealed class RequiredCollector : IDisposable
{
    private const int MaxSamples = ConsistencyProof.MaxNamed;
    private const int MaxSampleLength = 200;

    /// <summary>Rows with an impossible size that are said with their value.</summary>
    private const int MaxWarnings = 5;

    /// <summary>A row may say any size; the sums of a thousand roots stay a number.</summary>
    private const long MaxBytes = 1L << 52;

    private readonly Installation _installation;
    private readonly AcknowledgedFiles _acknowledged;
    private readonly RequiredSort _sort;
    private readonly ImmutableArray<string> _roots;
    private readonly SortedDictionary<string, long> _unprotected = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder _samples = ImmutableArray.CreateBuilder<string>();
    private readonly List<string> _warnings = [];

    /// <param name="acknowledged">
    /// What an administrator has accepted; says it of URLs that name no file, for nobody else sees them all.
    /// </param>
    /// <param name="spillDirectory">For sorting what does not fit into memory; it exists.</param>
    public RequiredCollector(Installation installation, AcknowledgedFiles acknowledged, string spillDirectory)
    {
        (_installation, _acknowledged) = (installation, acknowledged);
        _roots = [.. installation.Roots.Select(root => root.Name)];
        _sort = new RequiredSort(spillDirectory);
    }

    public ImmutableSortedDictionary<string, long> Unprotected =>
        _unprotected.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public long Unmapped { get; private set; }

    public long UnmappedAcknowledged { get; private set; }

    /// <summary>Of those that are not acknowledged.</summary>
    public ImmutableArray<string> UnmappedSamples => _samples.ToImmutable();

    /// <summary>The first rows whose size no file can have, a line each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public ValueTask Add(RequiredUrl required)
    {
        ContentPlace place = _installation.Urls.Locate(required.Url);
        switch (place.Kind)
        {
            case ContentPlaceKind.File:
                _sort.Add(_roots.IndexOf(place.Root), FileOf(required, place));
                break;
            case ContentPlaceKind.Outside:
                _unprotected[place.Protocol] = _unprotected.GetValueOrDefault(place.Protocol) + 1;
                break;
            case ContentPlaceKind.Invalid:
                AddUnmapped(required);
                break;
            default:
                // Made up when it is read (spoof://): nothing to capture.
                break;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Called once, after the dump came to its end.</summary>
    public async Task<ImmutableArray<RequiredFiles>> WriteListsAsync(
        IChunkWriter metadata,
        CancellationToken cancellationToken
    )
    {
        var lists = ImmutableArray.CreateBuilder<RequiredFiles>();
        RequiredListWriter? writer = null;
        int current = -1;
        long bytes = 0;
        try
        {
            RequiredFile? last = null;
            foreach ((int root, RequiredFile file) in _sort.ReadSorted())
            {
                if (root != current)
                {
                    await CompleteAsync();
                    (current, writer, last, bytes) = (root, new RequiredListWriter(metadata), null, 0);
                }

                // A database may give a URL twice.
                if (last is null || last.UrlId != file.UrlId || !last.Path.AsSpan().SequenceEqual(file.Path))
                {
                    await writer!.AddAsync(file, cancellationToken);
                    // A size that no file can have is a finding about its row, and no part of what is to be read.
                    long size = file.Size is { } known and not RequiredFile.NoFilesSize ? known : 0;
                    bytes += Math.Clamp(size, 0, MaxBytes - bytes);
                    last = file;
                }
            }

            await CompleteAsync();
            return lists.ToImmutable();
        }
        finally
        {
            if (writer is not null)
            {
                await writer.DisposeAsync();
            }
        }

        async Task CompleteAsync()
        {
            if (writer is not null)
            {
                ContentRef list = await writer.CompleteAsync(cancellationToken);
                lists.Add(new RequiredFiles(_roots[current], list, writer.Count, bytes));
                await writer.DisposeAsync();
                writer = null;
            }
        }
    }

    public void Dispose() => _sort.Dispose();

    private RequiredFile FileOf(RequiredUrl required, ContentPlace place)
    {
        if (required.SizeFault is not { } fault)
        {
            return new RequiredFile(place.Path, required.Size, Math.Max(0, required.Id));
        }

        if (_warnings.Count < MaxWarnings)
        {
            _warnings.Add(
                $"{required.Row}: content_size {fault}, which no file can have; its file is counted as missing, "
                    + "whatever is there. Correct the row in Alfresco's database."
            );
        }

        return new RequiredFile(place.Path, RequiredFile.NoFilesSize, Math.Max(0, required.Id));
    }

    private void AddUnmapped(RequiredUrl required)
    {
        Unmapped++;
        if (_acknowledged.ContainsUrl(required.Url))
        {
            UnmappedAcknowledged++;
        }
        else if (_samples.Count < MaxSamples)
        {
            string name = PlainText.Escape(required.Name);
            _samples.Add(name.Length > MaxSampleLength ? name[..MaxSampleLength] : name);
        }
    }
}
