using System.Collections.Concurrent;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Activities;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Activities;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>
/// The real flows over activities that only note their names: order and branches, without a source or a repository. The
/// other part runs them, on the engine whose tests these are.
/// </summary>
internal sealed partial class StandIns : IDisposable
{
    public const string Instance = "one";

    public static readonly HotBackupInput Input = new(
        RunId.Parse("20261122T010000Z-00000001"),
        AcceptContentLoss: false,
        []
    );

    public static readonly SearchIndexGeneration FirstCopy = new(7, 1000);
    public static readonly ContentRef SomeContent = new(1, 0, [new ChunkId(1)]);

    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>Names of activities in the order of their calls.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public SourceCheck Check { get; set; } =
        new()
        {
            HasIndex = true,
            MaxWait = TimeSpan.FromHours(2),
            RefreshesIndex = false,
            FilesMustEndWithin = TimeSpan.FromDays(7),
            ExpectedIndexAndDatabase = TimeSpan.FromMinutes(5),
            SeedsFirst = false,
            FullScan = false,
            Parallelism = 2,
            Roots = ["contentstore", "contentstore.deleted"],
            ExpectedFiles = 10,
            ExpectedBytes = 1000,
            Warnings = [],
        };

    public Func<ObserveSearchIndexInput, SearchIndexLook> Observe { get; set; } = _ => Clear(FirstCopy);

    public Func<CaptureSearchIndexInput, SearchIndexGeneration> CopyIndex { get; set; } = _ => FirstCopy;

    public Action<DumpDatabaseInput> Dump { get; set; } = _ => { };

    public ImmutableArray<RequiredFiles> Required { get; set; } = [];

    public Func<PlanFilesInput, ImmutableArray<PathRange>> Plan { get; set; } = _ => [PathRange.All];

    public Func<CaptureRangeInput, byte[]?> Capture { get; set; } = _ => null;

    public Action<MergeListingInput> Merge { get; set; } = _ => { };

    public Func<CloseRunInput, Nothing> Close { get; set; } = _ => Nothing.Value;

    public Func<RetentionInput, ForgottenSets> Forget { get; set; } = input => new ForgottenSets([input.Set], true);

    public Func<RetentionInput, PrunedPart> Prune { get; set; } = _ => new PrunedPart(PruneReport.Nothing, true);

    public Func<MirrorInput, DueMirrors> ListMirrors { get; set; } = _ => new DueMirrors([0, 2]);

    public Func<MirrorStep, MirroredPart> Mirror { get; set; } = _ => new MirroredPart(5, 500, IsDone: true);

    public MergeChunkIndexInput? MergedPages { get; private set; }

    public CommitSetInput? Sealed { get; private set; }

    public HotBackupResult Result { get; set; } =
        new()
        {
            Set = Input.Run,
            Consistent = true,
            Files = 1,
            Bytes = 1,
            AddedBytes = 1,
            Warnings = [],
        };

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public static SearchIndexLook Clear(SearchIndexGeneration generation) =>
        new(SearchIndexAction.Proceed, IsBusy: false, generation, null, null);

    public void Register(DurableTaskRegistry registry)
    {
        registry.AddFlow<HotBackupFlow>().AddFlow<CaptureRangeFlow>().AddFlow<RetentionFlow>().AddFlow<MirrorFlow>();
        Note<RetentionInput, ForgottenSets>(registry, nameof(ForgetSets), input => Forget(input));
        Note<RetentionInput, PrunedPart>(registry, nameof(PruneRepository), input => Prune(input));
        Note<MirrorInput, DueMirrors>(registry, nameof(ListDueMirrors), input => ListMirrors(input));
        Note<MirrorStep, MirroredPart>(registry, nameof(MirrorBlobs), input => Mirror(input));
        Note<OpenRunInput, OpenedRun>(registry, nameof(OpenRun), _ => new OpenedRun(3, null, []));
        Note<CheckSourcesInput, SourceCheck>(registry, nameof(CheckSources), _ => Check);
        Note<ObserveSearchIndexInput, SearchIndexLook>(registry, nameof(ObserveSearchIndex), input => Observe(input));
        Note<RunRef, Nothing>(registry, nameof(RefreshSearchIndex), _ => Nothing.Value);
        Note<CaptureSearchIndexInput, SearchIndexCapture>(
            registry,
            nameof(CaptureSearchIndex),
            input => new SearchIndexCapture
            {
                Generation = CopyIndex(input),
                Written = DateTimeOffset.UnixEpoch,
                Path = "/backup",
                Listing = SomeContent,
                Files = 1,
                Directories = 1,
                Bytes = 1,
                Warnings = [],
            }
        );
        Note<DumpDatabaseInput, DatabaseCapture>(
            registry,
            nameof(DumpDatabase),
            input =>
            {
                Dump(input);
                return new DatabaseCapture
                {
                    Dump = SomeContent,
                    Vendor = "PostgreSQL",
                    ServerVersion = "15",
                    ToolVersion = "15",
                    TransactionId = 1,
                    CommitTimeMs = 1,
                    Rows = ImmutableSortedDictionary<string, long>.Empty,
                    NotApplicable = [],
                    Required = Required,
                    Unprotected = ImmutableSortedDictionary<string, long>.Empty,
                    Unmapped = 0,
                    UnmappedSamples = [],
                    Warnings = [],
                };
            }
        );
        Note<PlanFilesInput, FilePlan>(
            registry,
            nameof(PlanFiles),
            input => new FilePlan([.. Plan(input).Skip(1).Select(range => range.From!)], null, false, false),
            input => input.Root
        );
        Note<CaptureRangeInput, CapturedStep>(
            registry,
            nameof(CaptureRange),
            input => new CapturedStep(Capture(input), SomeContent, new FileTotals { Files = 1 }, []),
            input => input.Root
        );
        Note<MergeListingInput, RootListing>(
            registry,
            nameof(MergeListing),
            input =>
            {
                Merge(input);
                return new RootListing(input.Root, SomeContent, FileTotals.None, false, []);
            },
            input => input.Root
        );
        Note<CheckConsistencyInput, ConsistencyResult>(
            registry,
            nameof(CheckConsistency),
            _ => new ConsistencyResult(1, 0, 0, null)
        );
        Note<MergeChunkIndexInput, MergedChunkIndex>(
            registry,
            nameof(MergeChunkIndex),
            input =>
            {
                MergedPages = input;
                return new MergedChunkIndex([], 1, 1);
            }
        );
        Note<CommitSetInput, HotBackupResult>(
            registry,
            nameof(CommitSet),
            input =>
            {
                Sealed = input;
                return Result;
            }
        );
        Note<CloseRunInput, Nothing>(
            registry,
            nameof(CloseRun),
            input => Close(input),
            input => input.Reason is null ? "sealed" : "aborted"
        );
    }

    private void Note<TInput, TOutput>(
        DurableTaskRegistry registry,
        string name,
        Func<TInput, TOutput> work,
        Func<TInput, string>? detail = null
    ) =>
        registry.AddActivity(
            name,
            new StandIn<TInput, TOutput>(
                (input, _) =>
                {
                    _calls.Enqueue(detail is null ? name : $"{name} {detail(input)}");
                    return Task.FromResult(work(input));
                }
            )
        );
}
