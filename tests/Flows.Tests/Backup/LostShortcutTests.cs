using System.Collections.Concurrent;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>A set whose shortcuts are lost: the next run does the work that they would have spared.</summary>
[Trait("needs", "server")]
public sealed class LostShortcutTests(OnDemand<PostgresServer> server)
{
    private static readonly ContentRef Lost = new(100, 0, [new ChunkId(42)]);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("requiredSegments", true)]
    [InlineData("requiredSegments", false)]
    [InlineData("findings", true)]
    [InlineData("directoryTable", true)]
    [InlineData("requiredDigests", true)]
    public async Task A_backup_ends_consistent_where_a_shortcut_of_the_set_before_is_lost(string which, bool changes)
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 40, _token);
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token)).Status);
        await CommitWithoutAsync(rig, which);
        if (changes)
        {
            await rig.Sample.AddDocumentsAsync(5, _token);
            await rig.Sample.DeleteDocumentsAsync(3, _token);
        }

        var warnings = new Warnings();
        FlowInstance run = await rig.BackupAsync(_token, progress: warnings);

        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        SetManifest night = (await rig.ReadSetsAsync(_token))[^1];
        Assert.True(night.Consistency.Consistent);
        Assert.DoesNotContain(Lost, night.Shortcuts);
        Assert.NotEmpty(warnings.Said);
        Assert.Equal(warnings.Said.Distinct(), warnings.Said);
        Assert.All(warnings.Said, line => Assert.Contains(Lost.Chunks[0].ToString(), line, StringComparison.Ordinal));

        // The night has its own, and the next one needs no more than it.
        warnings = new Warnings();
        Assert.Equal(RuntimeStatus.Completed, (await rig.BackupAsync(_token, progress: warnings)).Status);
        SetManifest next = (await rig.ReadSetsAsync(_token))[^1];
        Assert.Empty(warnings.Said);
        Assert.Equal((next.Consistency.Required, 0), (next.Consistency.Proof!.BySegment, next.Consistency.Missing));
    }

    /// <summary>The newest set once more, as one that leans on a chunk that is nowhere.</summary>
    private async Task CommitWithoutAsync(BackupRig rig, string which)
    {
        SetManifest set = (await rig.ReadSetsAsync(_token))[^1];
        RunId id = RunId.Parse(BackupRig.NewRun());
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        RunOpened opened = await repository.Log.OpenRunAsync(id, rig.Installation, _token);
        ImmutableArray<RootStamp> roots =
        [
            .. set.Roots.Select(root =>
                which switch
                {
                    "requiredSegments" when root.RequiredSegments is not null => root with { RequiredSegments = Lost },
                    "findings" => root with { Findings = Lost },
                    "directoryTable" when root.DirectoryTable is not null => root with { DirectoryTable = Lost },
                    _ => root,
                }
            ),
        ];
        set = set with
        {
            Id = id,
            Base = opened.Base,
            Parent = set.Id,
            Indexes = [],
            Roots = roots,
            Database = which == "requiredDigests" ? set.Database! with { RequiredDigests = Lost } : set.Database,
        };
        Assert.Contains(Lost, set.Shortcuts);
        await repository.Log.CommitAsync(id, opened.Base, set, _token);
    }

    private sealed class Warnings : IProgressSink
    {
        private readonly ConcurrentQueue<string> _said = new();

        public IReadOnlyCollection<string> Said => _said;

        public void Advance(string phase, long files, long bytes) { }

        public void Warn(string message) => _said.Enqueue(message);
    }
}
