using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>
/// What goes through a journal, as large as it can become: 32 content roots, as many ranges as a root is cut into, the
/// longest cuts, streams whose references are as long as a writer makes them, warnings in letters of three bytes.
/// Durable Task spills payloads above 45 KB.
/// </summary>
public sealed class PayloadSizeTests
{
    private const int Roots = 32;
    private const int Cuts = 47;
    private const int Limit = 16 * 1024;

    private static readonly RunRef Run = new(
        RunId.Parse("20261122T010000Z-00000001"),
        RunId.Parse("20261121T010000Z-00000001")
    );
    private static readonly ContentRef Stream = new(
        long.MaxValue,
        3,
        [.. Enumerable.Range(0, 4).Select(i => new ChunkId(UInt128.MaxValue - (UInt128)i))]
    );
    private static readonly ImmutableArray<byte[]> LongestCuts =
    [
        .. Enumerable.Range(0, Cuts).Select(i => Enumerable.Repeat((byte)(200 + i), 121).ToArray()),
    ];
    private static readonly PathRange Paths = new(LongestCuts[0], LongestCuts[1]);
    private static readonly FileTotals Totals = new()
    {
        Files = long.MaxValue,
        Bytes = long.MaxValue,
        Directories = long.MaxValue,
        ReadFiles = long.MaxValue,
        ReadBytes = long.MaxValue,
        Lost = long.MaxValue,
    };
    private static readonly string Root = "stores/" + new string('漢', 40);
    private static readonly ImmutableArray<string> Warnings = WarningLines.Fit(
        Enumerable.Range(0, 100).Select(_ => new string('漢', 400))
    );
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 1, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Inputs_and_results_stay_under_16_KB()
    {
        PhaseTimes[] phases =
        [
            new(PhaseNames.Index, Now, Now),
            new(PhaseNames.Database, Now, Now),
            new(PhaseNames.Files, Now, Now),
        ];
        ImmutableArray<RequiredFiles> required =
        [
            .. Enumerable
                .Range(0, Roots)
                .Select(_ => new RequiredFiles(Root, Stream, long.MaxValue) { Segments = Stream }),
        ];
        var capture = new CaptureRangeInput
        {
            Run = Run,
            Pass = 1,
            Root = Root,
            RootNumber = Roots,
            Range = Cuts,
            Step = 9999,
            Paths = Paths,
            Inherit = Stream,
            Required = Stream,
            UsesTrustedDirectories = true,
            GrantsTrust = true,
            RequiredSegments = Stream,
            Room = int.MaxValue,
        };
        var database = new DatabaseCapture
        {
            Dump = Stream,
            Vendor = "postgresql",
            ServerVersion = "17",
            ToolVersion = "17",
            TransactionId = 1,
            CommitTimeMs = 1,
            Rows = Tables(1000),
            NotApplicable = [.. Tables(1000).Keys],
            Required = required,
            Unprotected = Tables(20),
            Unmapped = 1,
            UnmappedSamples = Warnings,
            UnmappedAcknowledged = 1,
            Warnings = Warnings,
        };
        (string What, int Bytes)[] sizes =
        [
            Size(
                new SourceCheck
                {
                    HasIndex = true,
                    MaxWait = default,
                    RefreshesIndex = true,
                    FilesMustEndWithin = default,
                    ExpectedIndexAndDatabase = default,
                    SeedsFirst = true,
                    FullScan = true,
                    Parallelism = 32,
                    Roots = [.. Enumerable.Repeat(Root, Roots)],
                    ExpectedFiles = long.MaxValue,
                    ExpectedBytes = long.MaxValue,
                    Warnings = Warnings,
                }
            ),
            Size(
                new SearchIndexCapture
                {
                    Generation = new SearchIndexGeneration(ulong.MaxValue, long.MaxValue),
                    Written = Now,
                    Path = new string('漢', 400),
                    Listing = Stream,
                    Files = 1,
                    Directories = 1,
                    Bytes = 1,
                    Warnings = Warnings,
                }.ForHistory()
            ),
            Size(database.ForHistory()),
            Size((database with { Required = [.. required.Take(12)], Page = new byte[Kept([]).Room] }).ForHistory()),
            Size(new FilePlan(LongestCuts, Stream, true, true)),
            Size(capture),
            Size(new CaptureRangeFlowInput(capture, Now, Totals) { Page = new byte[Kept([]).Room] }),
            Size(new CapturedStep(LongestCuts[0], Stream, Totals, Warnings).ForHistory()),
            Size(
                new MergeListingInput
                {
                    Run = Run,
                    Pass = 1,
                    Root = Root,
                    RootNumber = Roots,
                    Steps = [.. Enumerable.Repeat(9999, Cuts + 1)],
                    Inherit = Stream,
                    AcceptContentLoss = true,
                    Pages = FilledFor([], Cuts + 1),
                    Room = int.MaxValue,
                }
            ),
            Size(new RootListing(Root, Stream, Totals, true, Warnings).ForHistory()),
            Size(
                new CheckConsistencyInput(Run, 3, Roots)
                {
                    FullScan = true,
                    Pages = FilledFor(Warnings, 5),
                    Room = int.MaxValue,
                }
            ),
            Size(new ConsistencyResult(long.MaxValue, long.MaxValue, long.MaxValue, Stream)),
            Size(
                new MergedChunkIndex(
                    [.. Enumerable.Range(0, 10_000).Select(i => new ChunkIndexBlob(new ChunkIndexId((UInt128)i), 1))],
                    1,
                    1
                ).ForHistory()
            ),
            Size(
                new CommitSetInput
                {
                    Run = Run,
                    Attempt = 3,
                    HasIndex = true,
                    Roots = Roots,
                    Base = long.MaxValue,
                    Started = Now,
                    Sealed = Now,
                    Phases = [.. phases],
                    FullScan = true,
                    Warnings = Warnings,
                    Pages = FilledFor(Warnings, 5),
                }
            ),
            Size(
                new HotBackupResult
                {
                    Set = Run.Id,
                    Consistent = false,
                    Missing = long.MaxValue,
                    SourceMissing = long.MaxValue,
                    SourceChanged = long.MaxValue,
                    Files = long.MaxValue,
                    Bytes = long.MaxValue,
                    AddedBytes = long.MaxValue,
                    Warnings = Warnings,
                }
            ),
            Size(new RestoreRoot(Root, Stream, ChunkClass.Content, LongestCuts)),
            Size(
                new RestorePlan
                {
                    Set = Run.Id,
                    Roots = 1000,
                    DatabaseVendor = "postgresql",
                    Files = long.MaxValue,
                    Bytes = long.MaxValue,
                    KnownMissing = 1,
                    CarriedOver = 1,
                    Warnings = Warnings,
                }
            ),
        ];
        Assert.All(sizes, size => Assert.True(size.Bytes < Limit, $"{size.What} can have {size.Bytes} bytes"));
    }

    /// <summary>Seeding passes have result pages too. Only roots of five million files and more are cut into all the
    /// ranges, so that this is far above what occurs.</summary>
    [Fact]
    public void The_numbers_of_all_result_pages_stay_under_32_KB()
    {
        var pages = new RootPages(3, Roots, [.. Enumerable.Repeat(9999, Cuts + 1)]) { Kept = ulong.MaxValue };
        Assert.InRange(
            Size(new MergeChunkIndexInput(Run, 3, true, [.. Enumerable.Repeat(pages, 2 * Roots)])).Bytes,
            1,
            32 * 1024
        );
    }

    [Fact]
    public void Letters_that_are_not_ASCII_are_not_escaped() =>
        Assert.Equal("\"漢é'<\"", BackupTasks.Converter.Write("漢é'<"));

    [Fact]
    public void Warnings_beyond_what_fits_are_counted()
    {
        ImmutableArray<string> few = ["one", "two"];
        Assert.Equal(few, WarningLines.Fit(few));
        Assert.Equal(
            "80 further warnings.",
            WarningLines.Fit(Enumerable.Range(0, 100).Select(i => $"warning {i}"))[^1]
        );
        Assert.InRange(Warnings.Sum(Encoding.UTF8.GetByteCount), 1000, WarningLines.MaxBytes + 50);
    }

    private static KeptPages Kept(ImmutableArray<string> beside) => new(beside);

    /// <summary>As many pages as the history keeps.</summary>
    private static ImmutableArray<KeptPage> FilledFor(ImmutableArray<string> beside, int pages)
    {
        KeptPages kept = Kept(beside);
        for (int left = pages; left > 0; left--)
        {
            kept.Add("files.999.999.999.999", new byte[kept.RoomOf(left)]);
        }

        return kept.Pages;
    }

    private static (string What, int Bytes) Size<T>(T payload)
        where T : notnull => (typeof(T).Name, Encoding.UTF8.GetByteCount(BackupTasks.Converter.Write(payload)));

    private static ImmutableSortedDictionary<string, long> Tables(int count) =>
        Enumerable
            .Range(0, count)
            .ToImmutableSortedDictionary(i => $"alf_table_{i}", _ => long.MaxValue, StringComparer.Ordinal);
}
