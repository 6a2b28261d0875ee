using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

/// <summary>Segments that are taken over unread, held against a capture that reads them all.</summary>
public sealed class RangeWalkTests
{
    private const string Root = "contentstore";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly Random _random = new(17);
    private readonly SortedDictionary<string, (long Size, long Id)> _required = new(StringComparer.Ordinal);
    private int _names;

    [Fact]
    public async Task Segments_that_are_taken_over_make_the_listing_that_a_look_at_every_directory_makes()
    {
        await using CaptureBench bench = await CaptureBench.CreateAsync(_token);
        bench.GrantsTrust = true;
        for (int i = 0; i < 4000; i++)
        {
            Add(bench, $"2026/{i / 1400}/{i / 100 % 20}/{i / 10 % 10}");
        }

        Night night = await CaptureAsync(bench, null, []);
        bench.Time.Advance(TimeSpan.FromHours(49));
        night = await CaptureAsync(bench, night, []);
        bench.UsesTrustedDirectories = true;
        long taken = 0;
        for (int round = 0; round < 9; round++)
        {
            for (int change = 0; change < round % 5; change++)
            {
                Change(bench);
            }

            byte[][] cuts = round % 3 == 0 ? [] : await CutsAsync(bench, night, round % 3);
            Night plain = await CaptureAsync(bench, night, cuts, usesSegments: false);
            Night next = await CaptureAsync(bench, night, cuts, usesSegments: true);

            Assert.Equal(plain.Totals, next.Totals);
            Assert.Equal(await ReadAsync(bench, plain), await ReadAsync(bench, next));
            Assert.Equal(plain.Listing, next.Listing);
            Assert.Equal(plain.Report.Missing, next.Report.Missing);
            taken += next.Taken;
            Assert.True(round > 0 || next.Taken == next.Segments, $"{next.Taken} of {next.Segments}");
            bench.Time.Advance(TimeSpan.FromHours(20));
            night = next;
        }

        Assert.True(taken > 0, "no segment was taken over");
    }

    /// <summary>So it is where all that stood before the first cut was deleted since.</summary>
    [Fact]
    public async Task A_range_that_begins_behind_the_root_alone_is_walked_as_any_other()
    {
        await using CaptureBench bench = await CaptureBench.CreateAsync(_token);
        bench.GrantsTrust = true;
        Add(bench, "2025/12");
        Add(bench, "2026/1");
        Night night = await CaptureAsync(bench, null, ["2026"u8.ToArray()]);
        Directory.Delete(Path.Combine(bench.Source, "2025"), recursive: true);
        _required.Remove(_required.Keys.First());
        night = await CaptureAsync(bench, night, ["2026"u8.ToArray()], usesSegments: true);
        List<SegmentRow> rows = await RowsAsync(bench, night.Listing).ToListAsync(_token);
        Assert.Empty(rows[0].Last);

        ListingReader listing = new(bench.Chunks, night.Listing);
        Assert.Empty(await RangeCuts.OfListingAsync(listing, 4, _token, isCutByPlan: _ => true));
        Night next = await CaptureAsync(bench, night, ["/"u8.ToArray()], usesSegments: true);

        Assert.Equal(await ReadAsync(bench, night), await ReadAsync(bench, next));
    }

    [Fact]
    public async Task A_damaged_table_of_directories_costs_nothing_but_time()
    {
        await using CaptureBench bench = await CaptureBench.CreateAsync(_token);
        bench.GrantsTrust = true;
        Add(bench, "2026/1");
        Night night = await CaptureAsync(bench, null, []);
        bench.UsesTrustedDirectories = true;
        var lost = new UntouchedSegments(
            bench.Chunks,
            night.Listing,
            new ContentRef(1, 0, [default]),
            new PathIntervals()
        );

        CapturedStep step = await bench.CaptureAsync(night.Listing, untouched: lost);

        Assert.Equal(night.Listing, step.Rows);
    }

    private sealed record Night(
        ContentRef Listing,
        ContentRef Table,
        RequiredFiles Required,
        ContentRef? Findings,
        ConsistencyReport Report,
        FileTotals Totals,
        int Segments,
        long Taken
    );

    private void Add(CaptureBench bench, string directory)
    {
        string path = $"{directory}/{++_names * 2654435761L % 999983:x}{_names}.bin";
        File.WriteAllText(bench.Write(path, "x"), "x");
        _required[path] = (1, _names);
    }

    private void Change(CaptureBench bench)
    {
        string[] directories = Directory.GetDirectories(bench.Source, "*", SearchOption.AllDirectories);
        string any = directories[_random.Next(directories.Length)];
        string relative = Path.GetRelativePath(bench.Source, any);
        string file = _required.Keys.ElementAt(_random.Next(_required.Count));
        switch (_random.Next(11))
        {
            case 0:
                Add(bench, relative);
                break;
            case 1:
                File.Delete(Path.Combine(bench.Source, file));
                _required.Remove(file);
                break;
            case 2:
                // Gone, though it is required.
                File.Delete(Path.Combine(bench.Source, file));
                break;
            case 3:
                Directory.Delete(any, recursive: true);
                foreach (
                    string gone in _required
                        .Keys.Where(key => key.StartsWith($"{relative}/", StringComparison.Ordinal))
                        .ToArray()
                )
                {
                    _required.Remove(gone);
                }

                break;
            case 4:
                Add(bench, $"{relative}/new{++_names}");
                break;
            case 5:
                Add(bench, $"20{_random.Next(20, 30)}/{_random.Next(12)}/{++_names}");
                break;
            case 6:
                Directory.SetLastWriteTimeUtc(any, DateTime.UtcNow.AddDays(-_random.Next(300)));
                break;
            case 7:
                _required[$"{relative}/never{++_names}.bin"] = (1, _names);
                break;
            case 8:
                _required.Remove(file);
                break;
            case 9:
                bench.Write($"plain{++_names}.bin", "in the root");
                break;
            default:
                Directory.Move(any, $"{any}-{++_names}");
                break;
        }
    }

    /// <summary>Between segments, as a plan cuts.</summary>
    private async Task<byte[][]> CutsAsync(CaptureBench bench, Night night, int count)
    {
        List<SegmentRow> rows = await RowsAsync(bench, night.Listing).ToListAsync(_token);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => _random.Next(Math.Max(1, rows.Count - 1)))
                .Distinct()
                .Order()
                .Select(row => (byte[])[.. rows[row].Last, (byte)'/']),
        ];
    }

    private async Task<Night> CaptureAsync(CaptureBench bench, Night? before, byte[][] cuts, bool usesSegments = false)
    {
        RequiredFiles required = await StoreRequiredAsync(bench);
        var stamp = before is null
            ? null
            : new RootStamp(
                Root,
                "/",
                before.Listing,
                before.Required.List,
                0,
                0,
                0,
                before.Required.Files,
                ChunkClass.Content
            )
            {
                RequiredSegments = before.Required.Segments,
                Findings = before.Findings,
                DirectoryTable = before.Table,
            };
        var rows = new List<SegmentRow>();
        var directories = new List<SegmentDirectories>();
        FileTotals totals = FileTotals.None;
        long taken = 0;
        foreach (PathRange range in RangeCuts.ToRanges([.. cuts]))
        {
            UntouchedSegments? untouched =
                usesSegments && stamp is not null
                    ? new UntouchedSegments(
                        bench.Chunks,
                        stamp.Listing,
                        stamp.DirectoryTable!,
                        await ProvedBefore.RequiredChangesAsync(bench.Chunks, stamp, required.Segments, _token)
                    )
                    : null;
            CapturedStep step = await bench.CaptureAsync(
                before?.Listing,
                range,
                list: new RequiredListReader(bench.Chunks, required.List),
                untouched: untouched
            );
            Assert.Null(step.Next);
            totals += step.Totals;
            taken += untouched?.Segments.Where((_, i) => untouched.IsUntouched(i, range)).Count() ?? 0;
            if (step.Taken is { } run)
            {
                rows.AddRange(
                    await RowsAsync(bench, before!.Listing).Skip(run.First).Take(run.Count).ToListAsync(_token)
                );
                directories.AddRange(
                    await DirectoryTable
                        .ReadAsync(bench.Chunks, before.Table, _token)
                        .Skip(run.First)
                        .Take(run.Count)
                        .ToListAsync(_token)
                );
                continue;
            }

            rows.AddRange(
                step.Segments is { } some
                    ? SegmentRows.Decode(some)
                    : await RowsAsync(bench, step.Rows!).ToListAsync(_token)
            );
            directories.AddRange(
                step.Directories is { } few
                    ? SegmentDirectories.Decode(few)
                    : await DirectoryTable.ReadAsync(bench.Chunks, step.DirectoryTable!, _token).ToListAsync(_token)
            );
        }

        Assert.Equal(rows.Select(row => row.Chunk), directories.Select(row => row.Segment));
        (ContentRef listing, ContentRef table) = await bench.StoreAsync(async writer =>
        {
            await using var root = new ListingRoot(writer);
            foreach (SegmentRow row in rows)
            {
                await root.AddAsync(row, _token);
            }

            return (
                (await root.CompleteAsync(_token)).Listing,
                await DirectoryTable.WriteAsync(writer, directories, _token)
            );
        });
        return await ProveAsync(
            bench,
            before,
            stamp,
            new(listing, table, required, null, null!, totals, rows.Count, taken)
        );
    }

    private async Task<Night> ProveAsync(CaptureBench bench, Night? before, RootStamp? stamp, Night night)
    {
        var root = new RootListing(Root, night.Listing, FileTotals.None, TrustBroken: false, []);
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes: true);
        await ProvedBefore.AddRootAsync(proof, bench.Chunks, before?.Report, stamp, root, night.Required, _token);
        ContentRef? findings =
            proof.Findings!.Count == 0
                ? null
                : await bench.StoreAsync(async writer =>
                {
                    await using var paths = new RequiredListWriter(writer);
                    foreach ((_, byte[] path) in proof.Findings!)
                    {
                        await paths.AddAsync(new RequiredFile(path, null, 0), _token);
                    }

                    return (await paths.CompleteAsync(_token)).List;
                });
        return night with
        {
            Findings = findings,
            Report = new ConsistencyReport(
                true,
                proof.Required,
                proof.Missing,
                proof.Named,
                0,
                0,
                0,
                ImmutableSortedDictionary<string, long>.Empty
            )
            {
                Proof = new ProofStamp(proof.BySegment, 0, IsComplete: true),
            },
        };
    }

    private Task<RequiredFiles> StoreRequiredAsync(CaptureBench bench) =>
        bench.StoreAsync(async writer =>
        {
            await using var list = new RequiredListWriter(writer);
            foreach (
                (string path, (long size, long id)) in _required.OrderBy(
                    file => Encoding.UTF8.GetBytes(file.Key),
                    PathOrder.Instance
                )
            )
            {
                await list.AddAsync(new RequiredFile(Encoding.UTF8.GetBytes(path), size, id), _token);
            }

            RequiredListSummary written = await list.CompleteAsync(_token);
            return new RequiredFiles(Root, written.List, written.Files) { Segments = written.Segments };
        });

    private IAsyncEnumerable<SegmentRow> RowsAsync(CaptureBench bench, ContentRef listing) =>
        new ListingReader(bench.Chunks, listing).ReadRowsAsync(PathRange.All, _token);

    private async Task<List<string>> ReadAsync(CaptureBench bench, Night night) =>
        await new ListingReader(bench.Chunks, night.Listing)
            .ReadAsync(_token)
            .Select(entry =>
                $"{Encoding.UTF8.GetString(entry.Path)} {entry.Flags} {entry.MtimeNs} {entry.CtimeNs} {entry.Length}"
            )
            .ToListAsync(_token);
}
