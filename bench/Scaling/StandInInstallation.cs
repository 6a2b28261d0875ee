using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Replay.Tests;
using AlfrescoBackupFlows.Repository.Format;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Scaling;

/// <summary>
/// Answers every activity of the backup as an installation of this size would, bounds of the real activities included:
/// 48 ranges, a step ends after 512 MiB or 65,536 files that were read, or a million entries that were listed.
/// </summary>
internal sealed class StandInInstallation(long files, long averageBytes, bool unchanged, string state)
    : IServiceProvider
{
    private const int Ranges = 48;
    private const int StepsBeforeContinue = 199;
    private const string Store = "contentstore";

    private static readonly ContentRef Stream = new(3_000_000, 1, [new ChunkId(UInt128.MaxValue / 3)]);
    private static readonly SearchIndexGeneration Generation = new(1_234_567, 1_763_850_000_000_000_000);
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 1, 0, 0, TimeSpan.Zero);

    private readonly long _filesPerRange = files / Ranges;
    private readonly long _filesPerStep = Math.Max(
        1,
        unchanged ? 1_000_000 : Math.Min(65_536, (512L << 20) / averageBytes)
    );
    private RecordedHistory? _longest;

    public PayloadStatistics Payloads { get; } = new();

    public long Activities => Payloads.Count;

    /// <summary>The history of a range as long as it becomes; null where no range has so many steps.</summary>
    public RecordedHistory? LongestRange => _longest;

    public TaskCatalog Catalog() => new(Register, this, BackupTasks.Converter);

    public object? GetService(Type serviceType) => null;

    private void Register(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator<HotBackupFlow>().AddOrchestrator<CaptureRangeFlow>();
        Add<OpenRunInput, OpenedRun>("OpenRun", (_, _) => new OpenedRun(3, null, []));
        Add<CheckSourcesInput, SourceCheck>(
            "CheckSources",
            (_, _) =>
                new SourceCheck
                {
                    HasIndex = true,
                    MaxWait = TimeSpan.FromHours(2),
                    RefreshesIndex = false,
                    FilesMustEndWithin = TimeSpan.FromDays(7),
                    ExpectedIndexAndDatabase = TimeSpan.FromMinutes(5),
                    SeedsFirst = false,
                    FullScan = false,
                    Parallelism = 8,
                    Roots = [Store, "contentstore.deleted"],
                    ExpectedFiles = files,
                    ExpectedBytes = files * averageBytes,
                    Warnings = [],
                }
        );
        Add<ObserveSearchIndexInput, SearchIndexLook>(
            "ObserveSearchIndex",
            (_, _) => new SearchIndexLook(SearchIndexAction.Proceed, IsBusy: false, Generation, null, null)
        );
        Add<CaptureSearchIndexInput, SearchIndexCapture>(
            "CaptureSearchIndex",
            (_, _) =>
                new SearchIndexCapture
                {
                    Generation = Generation,
                    Written = Time,
                    Path = "/opt/alfresco/alf_data/backup-lucene-indexes",
                    Listing = Stream,
                    Files = 900,
                    Directories = 4,
                    Bytes = 40_000_000_000,
                    Warnings = [],
                }
        );
        Add<DumpDatabaseInput, DatabaseCapture>(
            "DumpDatabase",
            (_, _) =>
                new DatabaseCapture
                {
                    Dump = Stream,
                    Vendor = "postgresql",
                    ServerVersion = "17.2",
                    ToolVersion = "17.2",
                    TransactionId = 1,
                    CommitTimeMs = 1,
                    Rows = ImmutableSortedDictionary<string, long>.Empty,
                    NotApplicable = [],
                    Required = [new RequiredFiles(Store, Stream, files)],
                    Unprotected = ImmutableSortedDictionary<string, long>.Empty,
                    Unmapped = 0,
                    UnmappedSamples = [],
                    Warnings = [],
                }
        );
        Add<PlanFilesInput, FilePlan>(
            "PlanFiles",
            (input, _) =>
                new FilePlan(
                    input.Root == Store ? [.. Enumerable.Range(1, Ranges - 1).Select(i => PathOf(i, 0))] : [],
                    Stream,
                    true,
                    true
                )
        );
        Add<CaptureRangeInput, CapturedStep>("CaptureRange", Capture);
        Add<MergeListingInput, RootListing>(
            "MergeListing",
            (input, _) => new RootListing(input.Root, Stream, Totals(files), false, [])
        );
        Add<CheckConsistencyInput, ConsistencyResult>(
            "CheckConsistency",
            (_, _) => new ConsistencyResult(files, 0, 0, null)
        );
        Add<MergeChunkIndexInput, MergedChunkIndex>(
            "MergeChunkIndex",
            (_, _) => new MergedChunkIndex([], files, files * averageBytes)
        );
        Add<CommitSetInput, HotBackupResult>(
            "CommitSet",
            (input, _) =>
                new HotBackupResult
                {
                    Set = input.Run.Id,
                    Consistent = true,
                    Files = files,
                    Bytes = files * averageBytes,
                    AddedBytes = files * averageBytes,
                    Warnings = [],
                }
        );
        Add<CloseRunInput, Nothing>("CloseRun", (_, _) => Nothing.Value);

        void Add<TInput, TOutput>(string name, Func<TInput, TaskActivityContext, TOutput> work)
            where TInput : notnull
            where TOutput : notnull => registry.AddActivity(name, new StandIn<TInput, TOutput>(Payloads, work));
    }

    private CapturedStep Capture(CaptureRangeInput input, TaskActivityContext context)
    {
        if (input.Root != Store)
        {
            return new CapturedStep(null, Stream, FileTotals.None, []);
        }

        if (input.Step == StepsBeforeContinue && _longest is null)
        {
            Interlocked.CompareExchange(ref _longest, JournalView.Export(state, context.InstanceId), null);
        }

        long done = (input.Step + 1) * _filesPerStep;
        long captured = Math.Min(_filesPerStep, _filesPerRange - (input.Step * _filesPerStep));
        return new CapturedStep(
            done < _filesPerRange ? PathOf(input.Range, input.Step) : null,
            Stream,
            Totals(captured),
            []
        );
    }

    private FileTotals Totals(long count) =>
        new()
        {
            Files = count,
            Bytes = count * averageBytes,
            Directories = count / 20,
            ReadFiles = unchanged ? 0 : count,
            ReadBytes = unchanged ? 0 : count * averageBytes,
        };

    /// <summary>As a content store has them.</summary>
    private static byte[] PathOf(int range, int step) =>
        Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{2000 + (range / 12)}/{1 + (range % 12)}/28/23/59/{Guid.AllBitsSet:D}{step % 10}.bin/"
            )
        );

    private sealed class StandIn<TInput, TOutput>(
        PayloadStatistics payloads,
        Func<TInput, TaskActivityContext, TOutput> work
    ) : TaskActivity<TInput, TOutput>
        where TInput : notnull
        where TOutput : notnull
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input)
        {
            TOutput output = work(input, context);
            payloads.Note(context.Name.Name, BackupTasks.Converter.Write(input), BackupTasks.Converter.Write(output));
            return Task.FromResult(output);
        }
    }
}
