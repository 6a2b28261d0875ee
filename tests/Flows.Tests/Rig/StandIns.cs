using System.Collections.Concurrent;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlfrescoBackupFlows.Flows.Tests.Rig;

/// <summary>
/// The real flows over activities that only note their names: order and branches, without a source or a repository. The other part runs them,
/// on the engine whose tests these are.
/// </summary>
internal sealed partial class StandIns : IDisposable
{
    public const string Instance = "one";

    public static readonly HotBackupInput Input = new("20261122T010000Z-00000001", AcceptContentLoss: false, []);

    public static readonly IndexGeneration FirstCopy = new(7, 1000);
    public static readonly ContentRef SomeContent = new(1, 0, [new ChunkId(1)]);

    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>Names of activities in the order of their calls.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public SourceCheck Check { get; set; } = new(
        HasIndex: true, TimeSpan.FromHours(2), RefreshesIndex: false, TimeSpan.FromDays(7), TimeSpan.FromMinutes(5),
        SeedsFirst: false, FullScan: false, Parallelism: 2, ["contentstore", "contentstore.deleted"], 10, 1000, []);

    public Func<ObserveIndexInput, IndexLook> Observe { get; set; } = _ => Clear(FirstCopy);

    public Func<CaptureIndexInput, IndexGeneration> CopyIndex { get; set; } = _ => FirstCopy;

    public Action<DumpDatabaseInput> Dump { get; set; } = _ => { };

    public Func<PlanFilesInput, ImmutableArray<PathRange>> Plan { get; set; } = _ => [PathRange.All];

    public Func<CaptureRangeInput, byte[]?> Capture { get; set; } = _ => null;

    public Action<MergeListingInput> Merge { get; set; } = _ => { };

    public Func<CloseRunInput, Nothing> Close { get; set; } = _ => Nothing.Value;

    public MergeIndexInput? MergedPages { get; private set; }

    public SealSetInput? Sealed { get; private set; }

    public HotBackupResult Result { get; set; } = new("20261122T010000Z-00000001", true, 0, 0, 0, 1, 1, 1, []);

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public static IndexLook Clear(IndexGeneration generation) => new(IndexAction.Proceed, IsBusy: false, generation, null, null);

    public FlowCatalog CreateCatalog() => new FlowCatalog(FlowJson.Default)
        .Add(FlowNames.HotBackup, new HotBackupFlow())
        .Add(FlowNames.CaptureRange, new CaptureRangeFlow())
        .Add(BackupNames.OpenRun, Note(BackupNames.OpenRun, _ => new OpenedRun(3, null, [])))
        .Add(BackupNames.CheckSources, Note(BackupNames.CheckSources, _ => Check))
        .Add(BackupNames.ObserveIndex, Note(BackupNames.ObserveIndex, input => Observe(input)))
        .Add(BackupNames.RefreshIndex, Note(BackupNames.RefreshIndex, _ => Nothing.Value))
        .Add(BackupNames.CaptureIndex, Note(BackupNames.CaptureIndex, input => new IndexCapture(
            CopyIndex(input), DateTimeOffset.UnixEpoch, "/backup", SomeContent, 1, 1, 1, [])))
        .Add(BackupNames.DumpDatabase, Note(BackupNames.DumpDatabase, input =>
        {
            Dump(input);
            return new DatabaseCapture(
                SomeContent, "PostgreSQL", "15", "15", 1, 1, ImmutableSortedDictionary<string, long>.Empty, [], [],
                ImmutableSortedDictionary<string, long>.Empty, 0, [], []);
        }))
        .Add(BackupNames.PlanFiles, Note(BackupNames.PlanFiles, input => new FilePlan([.. Plan(input).Skip(1).Select(range => range.From!)], null, false, false), input => input.Root))
        .Add(BackupNames.CaptureRange, Note(
            BackupNames.CaptureRange,
            input => new CapturedStep(Capture(input), SomeContent, new FileTotals { Files = 1 }, []),
            input => input.Root))
        .Add(BackupNames.MergeListing, Note(
            BackupNames.MergeListing,
            input =>
            {
                Merge(input);
                return new RootListing(input.Root, SomeContent, FileTotals.None, false, []);
            },
            input => input.Root))
        .Add(BackupNames.CheckConsistency, Note(BackupNames.CheckConsistency, _ => new ConsistencyResult(1, 0, 0, null)))
        .Add(BackupNames.MergeIndex, Note(BackupNames.MergeIndex, input =>
        {
            MergedPages = input;
            return new MergedIndex([], 1, 1);
        }))
        .Add(BackupNames.SealSet, Note(BackupNames.SealSet, input =>
        {
            Sealed = input;
            return Result;
        }))
        .Add(BackupNames.CloseRun, Note(BackupNames.CloseRun, input => Close(input), input => input.Reason is null ? "sealed" : "aborted"));

    private StandIn<TInput, TOutput> Note<TInput, TOutput>(
        ActivityName<TInput, TOutput> name, Func<TInput, TOutput> work, Func<TInput, string>? detail = null) =>
        new(input =>
        {
            _calls.Enqueue(detail is null ? name.Name : $"{name.Name} {detail(input)}");
            return work(input);
        });

    private sealed class StandIn<TInput, TOutput>(Func<TInput, TOutput> work) : IActivity<TInput, TOutput>
    {
        public Task<TOutput> RunAsync(TInput input, ActivityContext context, CancellationToken cancellationToken) => Task.FromResult(work(input));
    }
}
