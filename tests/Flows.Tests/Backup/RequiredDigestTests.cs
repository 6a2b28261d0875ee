using System.Collections.Immutable;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>Lists of required files of which only what changed is read again.</summary>
[Trait("needs", "server")]
public sealed class RequiredDigestTests(OnDemand<PostgresServer> server, OnDemand<MariaDbServer> mariaDb)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lists_of_a_night_on_PostgreSQL_are_those_of_a_full_scan()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await server.GetAsync(), documents: 120, _token);
        string[] odd = ["s3://bucket/a.bin", "store://../b.bin", "store://2026/1/1/1/1/gone.bin"];
        await CompareAsync(rig, async () => await rig.AddContentUrlsAsync(await server.GetAsync(), odd, _token));
    }

    [Fact]
    public async Task The_lists_of_a_night_on_MariaDB_are_those_of_a_full_scan()
    {
        using BackupRig rig = await BackupRig.CreateAsync(await mariaDb.GetAsync(), documents: 120, _token);
        await CompareAsync(rig, static () => Task.CompletedTask);
    }

    [Fact]
    public async Task A_full_scan_raises_an_alarm_where_a_digest_did_not_tell_of_a_change()
    {
        PostgresServer postgres = await server.GetAsync();
        using BackupRig rig = await BackupRig.CreateAsync(postgres, documents: 30, _token);

        // What the digests are made of never changes; the rows do.
        await postgres.ExecuteAsync(
            """
            ALTER TABLE alf_content_url RENAME TO real_url;
            CREATE VIEW alf_content_url AS SELECT id, content_size, orphan_time,
              CASE WHEN current_query() LIKE '%hashtextextended%' THEN 'the same' ELSE content_url END AS content_url
            FROM real_url;
            """,
            rig.DatabaseName,
            _token
        );
        await BackupAsync(rig);
        await postgres.ExecuteAsync(
            "UPDATE real_url SET content_url = 'store://2026/1/1/1/1/moved.bin' WHERE id = (SELECT min(id) FROM real_url)",
            rig.DatabaseName,
            _token
        );
        SetManifest deceived = await BackupAsync(rig);
        rig.FullScanEvery = TimeSpan.Zero;
        SetManifest full = await BackupAsync(rig);

        Assert.Equal(0, deceived.Consistency.Missing);
        Assert.Equal(1, full.Consistency.Missing);
        Assert.Contains(
            full.Warnings,
            line => line.Contains("though their digest is the same", StringComparison.Ordinal)
        );
        Assert.Null(full.Database!.RequiredDigests);

        rig.FullScanEvery = TimeSpan.FromDays(7);
        Assert.Equal(1, (await BackupAsync(rig)).Consistency.Missing);
    }

    private async Task CompareAsync(BackupRig rig, Func<Task> addOddRowsAsync)
    {
        SetManifest first = await BackupAsync(rig);
        SetManifest unchanged = await BackupAsync(rig);
        await rig.Sample.AddDocumentsAsync(15, _token);
        await rig.Sample.DeleteDocumentsAsync(10, _token);
        await addOddRowsAsync();
        SetManifest night = await BackupAsync(rig);
        SetManifest next = await BackupAsync(rig);
        rig.FullScanEvery = TimeSpan.Zero;
        SetManifest full = await BackupAsync(rig);

        Assert.NotNull(first.Database!.RequiredDigests);
        Assert.Equal(
            (0, first.Consistency.Required),
            (first.Consistency.Proof!.BySegment, first.Consistency.Proof.ByFile)
        );
        Assert.Equal(
            (unchanged.Consistency.Required, 0),
            (unchanged.Consistency.Proof!.BySegment, unchanged.Consistency.Proof.ByFile)
        );
        Assert.Equal(0, full.Consistency.Proof!.BySegment);
        Assert.Equal(Lists(first), Lists(unchanged));
        Assert.Equal(first.Database.Dump, unchanged.Database!.Dump);
        Assert.Empty(unchanged.Indexes);
        Assert.NotEqual(Lists(first), Lists(night));
        Assert.Equal(Lists(full), Lists(night));
        Assert.Equal(Lists(full), Lists(next));
        Assert.Equal(full.Database!.RequiredDigests, night.Database!.RequiredDigests);
        Assert.DoesNotContain(full.Warnings, line => line.Contains("digest", StringComparison.Ordinal));
        foreach (SetManifest set in (SetManifest[])[night, next])
        {
            Assert.Equal(full.Consistency.Named, set.Consistency.Named);
            Assert.Equal(full.Consistency.Missing, set.Consistency.Missing);
            Assert.Equal(full.Consistency.Unprotected, set.Consistency.Unprotected);
            Assert.All(set.Roots, root => Assert.Equal(root.Required is null, root.RequiredSegments is null));
        }
    }

    private static IEnumerable<(string, ContentRef?, ContentRef?, long)> Lists(SetManifest set) =>
        set.Roots.Select(root => (root.Name, root.Required, root.RequiredSegments, root.RequiredFiles));

    private async Task<SetManifest> BackupAsync(BackupRig rig)
    {
        FlowInstance run = await rig.BackupAsync(_token);
        Assert.True(run.Status == RuntimeStatus.Completed, run.Failure?.Message);
        return (await rig.ReadSetsAsync(_token))[^1];
    }
}
