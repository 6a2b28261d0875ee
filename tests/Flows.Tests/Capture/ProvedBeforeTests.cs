using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class ProvedBeforeTests
{
    private const string Root = "contentstore";
    private static readonly FileOwner Owner = new(1, 1, "a", "a");

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly Random _random = new(5);
    private readonly SortedDictionary<string, (long Length, EntryFlags Flags)> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (long? Size, long Id)> _required = new(StringComparer.Ordinal);

    [Fact]
    public async Task What_is_looked_up_of_a_night_comes_to_what_a_look_at_everything_comes_to()
    {
        await using CaptureBench bench = await CaptureBench.CreateAsync(_token);
        for (int i = 0; i < 20_000; i++)
        {
            _files[Path(i)] = (i % 500, EntryFlags.None);
            _required[Path(i)] = (i % 500, i + 1);
        }

        (RootListing listing, RequiredFiles list) = await StoreAsync(bench);
        ConsistencyProof proof = await ProveAsync(bench, null, null, listing, list);
        for (int night = 0; night < 15; night++)
        {
            (ConsistencyReport report, RootStamp stamp) = await StampAsync(bench, proof, listing, list);
            for (int change = 0; change < night % 5; change++)
            {
                Change();
            }

            (listing, list) = await StoreAsync(bench);
            ConsistencyProof whole = await ProveAsync(bench, null, null, listing, list);
            proof = await ProveAsync(bench, report, stamp, listing, list);

            Assert.Equal(
                (whole.Required, whole.Missing, whole.WrongSizes),
                (proof.Required, proof.Missing, proof.WrongSizes)
            );
            Assert.Equal(whole.Named, proof.Named);
            Assert.Equal(whole.Findings!.Select(Text), proof.Findings!.Select(Text));
            Assert.Equal(0, whole.BySegment);
            Assert.InRange(proof.BySegment, 1, list.Files);
            if (night % 5 == 0)
            {
                // Nothing changed: only what had a finding is looked up.
                int found = proof.Findings!.Count(finding => _required.ContainsKey(Text(finding)));
                Assert.Equal(list.Files - found, proof.BySegment);
            }
        }

        Assert.True(proof.Missing > 3, "there were findings to keep");
    }

    [Theory]
    [InlineData("no proof")]
    [InlineData("an incomplete one")]
    [InlineData("sizes ignored")]
    [InlineData("no table of segments")]
    [InlineData("a new root")]
    public async Task Where_there_is_nothing_to_lean_on_everything_is_looked_up(string what)
    {
        await using CaptureBench bench = await CaptureBench.CreateAsync(_token);
        (_files["a"], _required["a"]) = ((3, EntryFlags.None), (3, 1));
        (RootListing listing, RequiredFiles list) = await StoreAsync(bench);
        ConsistencyProof proof = await ProveAsync(bench, null, null, listing, list);
        (ConsistencyReport report, RootStamp? stamp) = await StampAsync(bench, proof, listing, list);
        Assert.Equal(1, (await ProveAsync(bench, report, stamp, listing, list)).BySegment);
        (report, stamp, list) = what switch
        {
            "no proof" => (report with { Proof = null }, stamp, list),
            "an incomplete one" => (report with { Proof = new ProofStamp(0, 1, IsComplete: false) }, stamp, list),
            "sizes ignored" => (report with { SizesIgnored = true }, stamp, list),
            "no table of segments" => (report, stamp, list with { Segments = null }),
            _ => (report, null, list),
        };

        ConsistencyProof again = await ProveAsync(bench, report, stamp, listing, list);

        Assert.Equal((1, 0, 0), (again.Required, again.Missing, again.BySegment));
    }

    private static string Path(int number) => $"2026/{number / 400:00}/{number * 2654435761L % 999983:x}{number}.bin";

    private void Change()
    {
        string path = _files.ElementAt(_random.Next(_files.Count)).Key;
        string fresh = Path(100_000 + _random.Next(4000));
        switch (_random.Next(8))
        {
            case 0:
                _files.Remove(path);
                break;
            case 1:
                _files[path] = (_files[path].Length, EntryFlags.SourceMissing);
                break;
            case 2:
                _files[path] = (_files[path].Length, EntryFlags.Unstable);
                break;
            case 3:
                _files[path] = (_files[path].Length + 1, EntryFlags.None);
                break;
            case 4:
                _required.Remove(path);
                break;
            case 5:
                (_files[fresh], _required[fresh]) = ((9, EntryFlags.None), (9, 200_000));
                break;
            case 6:
                _required[fresh] = (9, 200_000);
                break;
            default:
                (_files[path], _required[path]) = ((4, EntryFlags.None), (4, 7));
                break;
        }
    }

    private Task<(RootListing, RequiredFiles)> StoreAsync(CaptureBench bench) =>
        bench.StoreAsync(async writer =>
        {
            var listing = new ListingWriter(writer);
            foreach ((string path, (long length, EntryFlags flags)) in _files)
            {
                ContentRef content = length == 0 ? ContentRef.Empty : new ContentRef(length, 0, [default]);
                var entry = new ListingEntry(Encoding.UTF8.GetBytes(path), flags, 0, Owner, 0, 0, content);
                await listing.AddAsync(entry, _token);
            }

            await using var root = new ListingRoot(writer);
            foreach (SegmentRow row in await listing.CompleteAsync(_token))
            {
                await root.AddAsync(row, _token);
            }

            await using var list = new RequiredListWriter(writer);
            foreach ((string path, (long? size, long id)) in _required)
            {
                await list.AddAsync(new RequiredFile(Encoding.UTF8.GetBytes(path), size, id), _token);
            }

            RequiredListSummary required = await list.CompleteAsync(_token);
            return (
                new RootListing(
                    Root,
                    (await root.CompleteAsync(_token)).Listing,
                    FileTotals.None,
                    TrustBroken: false,
                    []
                ),
                new RequiredFiles(Root, required.List, required.Files) { Segments = required.Segments }
            );
        });

    private async Task<ConsistencyProof> ProveAsync(
        CaptureBench bench,
        ConsistencyReport? parent,
        RootStamp? before,
        RootListing listing,
        RequiredFiles list
    )
    {
        var proof = new ConsistencyProof(AcknowledgedFiles.None, checkSizes: true);
        await ProvedBefore.AddRootAsync(proof, bench.Chunks, parent, before, listing, list, _token);
        return proof;
    }

    private async Task<(ConsistencyReport, RootStamp)> StampAsync(
        CaptureBench bench,
        ConsistencyProof proof,
        RootListing listing,
        RequiredFiles list
    )
    {
        ContentRef findings = await bench.StoreAsync(async writer =>
        {
            await using var paths = new RequiredListWriter(writer);
            foreach ((_, byte[] path) in proof.Findings!)
            {
                await paths.AddAsync(new RequiredFile(path, null, 0), _token);
            }

            return (await paths.CompleteAsync(_token)).List;
        });
        return (
            new ConsistencyReport(true, 0, 0, [], 0, 0, 0, ImmutableSortedDictionary<string, long>.Empty)
            {
                Proof = new ProofStamp(0, 0, IsComplete: true),
            },
            new RootStamp(Root, "/", listing.Listing, list.List, 0, 0, 0, list.Files, ChunkClass.Content)
            {
                RequiredSegments = list.Segments,
                Findings = findings,
            }
        );
    }

    private static string Text((string Root, byte[] Path) finding) => Encoding.UTF8.GetString(finding.Path);
}
