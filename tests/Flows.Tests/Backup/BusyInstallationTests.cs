using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>
/// Documents are added and deleted as fast as the database takes them, in every phase: each waits until both writers
/// have committed. What the dump requires is read out of the dump's own text, not from the product's lists.
/// </summary>
[Trait("needs", "server")]
public sealed partial class BusyInstallationTests(OnDemand<PostgresServer> postgres, OnDemand<MariaDbServer> mariaDb)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_of_a_busy_PostgreSQL_has_every_required_file_in_its_size()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await postgres.GetAsync(), documents: 600, _token);
        await BackUpBusyAsync(rig, PostgresRow());
    }

    [Fact]
    public async Task A_set_of_a_busy_MariaDB_has_every_required_file_in_its_size()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await mariaDb.GetAsync(), documents: 600, _token);
        await BackUpBusyAsync(rig, MariaDbRow());
    }

    /// <summary>Twice: the second set inherits from the first.</summary>
    private async Task BackUpBusyAsync(BackupRig rig, Regex row)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_token);
        var writers = new Writers(rig.Sample, stop.Token);
        for (int set = 1; set <= 2; set++)
        {
            var hook = new PhaseHook(_ => writers.WaitForBoth(_token));
            FlowInstance run = await rig.BackupAsync(_token, progress: hook);
            Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
            Assert.Subset(
                hook.Phases.ToHashSet(StringComparer.Ordinal),
                new HashSet<string> { PhaseNames.Index, PhaseNames.Database, PhaseNames.Files }
            );
        }

        await stop.CancelAsync();
        await writers.Ended;

        foreach (SetManifest set in await rig.ReadSetsAsync(_token))
        {
            Assert.True(set.Consistency.Consistent, string.Join('\n', set.Consistency.Named.Take(5)));
            await CheckAsync(rig, set, row);
        }
    }

    private async Task CheckAsync(BackupRig rig, SetManifest set, Regex row)
    {
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        string dump = await SetContents.ReadDumpAsync(repository, set, _token);
        Dictionary<string, long> required = row.Matches(dump)
            .ToDictionary(
                match => match.Groups["path"].Value,
                match => long.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture),
                StringComparer.Ordinal
            );
        RootStamp root = set.Roots.Single(root => root.Name == "contentstore");
        SortedDictionary<string, byte[]> files = await SetContents.ReadRootAsync(repository, root, _token);

        Assert.Equal(set.Database!.Rows["alf_content_url"], required.Count);
        Assert.True(required.Count > 500, $"{required.Count} rows");
        Assert.All(
            required,
            url => Assert.True(files.TryGetValue(url.Key, out byte[]? content) && content.Length == url.Value, url.Key)
        );
    }

    [GeneratedRegex(
        @"^\d+\tstore://(?<path>[^\t]+)\t[^\t]*\t\d+\t(?<size>\d+)\t",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex PostgresRow();

    [GeneratedRegex(
        @"\(\d+,'store://(?<path>[^']+)','[^']*',\d+,(?<size>\d+),(NULL|\d+)\)",
        RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex MariaDbRow();

    /// <summary>One adds, one deletes.</summary>
    private sealed class Writers
    {
        private long _added;
        private long _deleted;

        public Writers(SampleInstallation sample, CancellationToken stop)
        {
            Task adding = RepeatAsync(
                async () =>
                {
                    await sample.AddDocumentsAsync(5, stop);
                    Interlocked.Increment(ref _added);
                },
                stop
            );
            Task deleting = RepeatAsync(
                async () =>
                {
                    await sample.DeleteDocumentsAsync(2, stop);
                    Interlocked.Increment(ref _deleted);
                },
                stop
            );
            (Ended, OneEnded) = (Task.WhenAll(adding, deleting), Task.WhenAny(adding, deleting));
        }

        public Task Ended { get; }

        private Task OneEnded { get; }

        /// <summary>Until each has committed once more, or one of them failed.</summary>
        public void WaitForBoth(CancellationToken cancellationToken)
        {
            (long added, long deleted) = (Interlocked.Read(ref _added), Interlocked.Read(ref _deleted));
            SpinWait.SpinUntil(() =>
                OneEnded.IsCompleted
                || cancellationToken.IsCancellationRequested
                || (Interlocked.Read(ref _added) > added && Interlocked.Read(ref _deleted) > deleted)
            );
        }

        private static async Task RepeatAsync(Func<Task> write, CancellationToken stop)
        {
            await Task.Yield();
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await write();
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    // The backups are done.
                }
            }
        }
    }
}
