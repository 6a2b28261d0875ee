using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Faults;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Servers;
using AlfrescoBackupFlows.Testing.Stores;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>What a night costs at the storage, request by request: five content roots and an index copy.</summary>
[Trait("needs", "server")]
public sealed partial class StorageRequestTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unchanged_night_has_no_more_requests_than_these()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 300, _token);
        var stores = new RepositoryStores(new MemoryBlobStore(), new MemoryBlobStore());
        await BackupRepository.InitAsync(
            stores.Blobs,
            new RepositoryInit("none", null, "test", TimeProvider.System),
            _token
        );
        var first = new ConcurrentQueue<BlobCall>();
        await BackupAsync(rig, FaultBench.Visit(stores, first.Enqueue));
        var calls = new ConcurrentQueue<BlobCall>();

        await BackupAsync(rig, FaultBench.Visit(stores, calls.Enqueue));

        foreach (BlobCall call in calls)
        {
            output.WriteLine(call.ToString());
        }

        // One for the index, the database and each root, and one for each range of the root with the documents; of two ranges
        // read at the same time, both may ask for the same pack.
        string[] written = [.. first.Where(IsOfNewListing).Select(call => call.Name)];
        IGrouping<string, BlobCall>[] read = [.. calls.Where(IsOfListing).GroupBy(call => call.Name)];
        int ranges = first.Count(call => OfFirstRoot().IsMatch(call.Name));
        Assert.InRange(written.Length, 1, 1 + 1 + 5 + ranges);
        Assert.Subset(written.ToHashSet(), read.Select(pack => pack.Key).ToHashSet());
        Assert.All(read, pack => Assert.InRange(pack.Count(), 1, 2));
        Assert.Equal(
            [
                "AcquireLease leases: 1",
                "List config: 1",
                "List index: 1",
                "List log: 2",
                "List runs: 1",
                "PutIfAbsent log: 2",
                "Read config: 2",
                "Read index: 2",
                "Read log: 9",
                "ReleaseLease leases: 1",
            ],
            calls
                .Where(call => !IsOfListing(call) && !OfFurtherRange().IsMatch(call.Name))
                .CountBy(call => $"{call.Verb} {call.Name.Split('/')[0]}")
                .OrderBy(count => count.Key, StringComparer.Ordinal)
                .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key}: {count.Value}"))
        );
    }

    // Where a listing is cut, and so how many requests read it and how many ranges a root has, depends on the repository's
    // key, which is drawn.
    private static bool IsOfListing(BlobCall call) =>
        call.Verb == BlobVerb.Read && call.Name.StartsWith("packs/", StringComparison.Ordinal);

    private static bool IsOfNewListing(BlobCall call) =>
        call.Verb == BlobVerb.PutIfAbsent && call.Name.StartsWith("packs/f", StringComparison.Ordinal);

    [GeneratedRegex(@"^runs/.*/files\.\d+\.0\.", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfFirstRoot();

    [GeneratedRegex(@"^runs/.*/files\.\d+\.\d+\.[1-9]\d*\.", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfFurtherRange();

    private async Task BackupAsync(BackupRig rig, RepositoryStores stores)
    {
        await using FlowEnvironment environment = rig.CreateEnvironment(stores: stores);
        await using EmbeddedEngine engine = EmbeddedEngine.Open(rig.State, TaskCatalog.Of(environment));
        string run = BackupRig.NewRun();
        engine.Start(nameof(HotBackupFlow), new HotBackupInput(RunId.Parse(run), AcceptContentLoss: false, []), run);
        FlowInstance ended = await engine.RunToEndAsync(run, _token);
        Assert.True(ended.Status == RuntimeStatus.Completed, ended.Failure?.Message);
    }
}
