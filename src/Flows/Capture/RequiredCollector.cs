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
    private readonly HashSet<long> _odd = [];

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

    /// <summary>URLs whose content Alfresco makes when it is read: there is no file.</summary>
    public long Generated { get; private set; }

    public long Unmapped { get; private set; }

    public long UnmappedAcknowledged { get; private set; }

    /// <summary>Of those that are not acknowledged.</summary>
    public ImmutableArray<string> UnmappedSamples => _samples.ToImmutable();

    /// <summary>
    /// Ranges of ids with a row that is more, or less, than a record of a list: they are read again each time.
    /// </summary>
    public IReadOnlySet<long> OddRanges => _odd;

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
                _odd.Add(RowDigests.RangeOf(required.Id));
                _unprotected[place.Protocol] = _unprotected.GetValueOrDefault(place.Protocol) + 1;
                break;
            case ContentPlaceKind.Invalid:
                AddUnmapped(required);
                break;
            default:
                // Made up when it is read (spoof://): nothing to capture.
                _odd.Add(RowDigests.RangeOf(required.Id));
                Generated++;
                break;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Called once, after the dump came to its end.</summary>
    /// <param name="before">The lists of the set before, of which what was withheld is taken over; null: nothing is.</param>
    /// <param name="withheld">Ranges of ids whose records these lists have.</param>
    public async Task<ImmutableArray<RequiredFiles>> WriteListsAsync(
        IChunkWriter metadata,
        RequiredBefore? before,
        IReadOnlySet<long> withheld,
        CancellationToken cancellationToken
    )
    {
        var merge = new RequiredMerge(before, withheld);
        var lists = ImmutableArray.CreateBuilder<RequiredFiles>();
        using IEnumerator<(int Root, RequiredFile File)> sorted = _sort.ReadSorted().GetEnumerator();
        bool more = sorted.MoveNext();
        for (int root = 0; root < _roots.Length; root++)
        {
            long bytes = 0;
            bool comes = more && sorted.Current.Root == root;
            if (await merge.WriteAsync(_roots[root], comes, FilesOf(root), metadata, cancellationToken) is { } list)
            {
                // Of a list that is made of another one only the new part is known.
                lists.Add(list with { Bytes = merge.Takes(_roots[root]) ? 0 : bytes });
            }

            IEnumerable<RequiredFile> FilesOf(int number)
            {
                for (; more && sorted.Current.Root == number; more = sorted.MoveNext())
                {
                    RequiredFile file = sorted.Current.File;

                    // A size that no file can have is a finding about its row, and no part of what is to be read.
                    long size = file.Size is { } known and not RequiredFile.NoFilesSize ? known : 0;
                    bytes += Math.Clamp(size, 0, MaxBytes - bytes);
                    yield return file;
                }
            }
        }

        return lists.ToImmutable();
    }

    public void Dispose() => _sort.Dispose();

    private RequiredFile FileOf(RequiredUrl required, ContentPlace place)
    {
        if (required.SizeFault is not { } fault)
        {
            return new RequiredFile(place.Path, required.Size, Math.Max(0, required.Id));
        }

        _odd.Add(RowDigests.RangeOf(required.Id));
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
        _odd.Add(RowDigests.RangeOf(required.Id));
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
