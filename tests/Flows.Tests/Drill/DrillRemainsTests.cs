using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Drill.Activities;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Drill;

/// <summary>What a killed drill left in a given database is removed, and nothing else that is in it by now.</summary>
[Trait("needs", "server")]
public sealed class DrillRemainsTests(OnDemand<PostgresServer> postgres, OnDemand<MariaDbServer> mariaDb)
{
    private const string Id = "00112233445566778899aabbccddeeff";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="left">How far the restore was by its marker; null: the directory of its marker is not there.</param>
    [Theory]
    [InlineData(null)]
    [InlineData(DatabaseProgress.Restored)]
    public async Task What_somebody_else_put_into_the_database_stays(DatabaseProgress? left)
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("mine", Token);
        await server.ExecuteAsync("CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)", database, Token);
        DrillWork work = await LeaveAsync(bench, database, left);

        FlowInstance refused = await bench.RunAsync(database);

        Assert.Equal(ErrorKind.Target, refused.Failure?.Kind);
        Assert.Contains("is not empty", refused.Failure!.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("DELETE FROM mine WHERE id = 1", database, Token);
        Assert.False(Directory.Exists(work.Directory));
        bench.AssertClean();
    }

    /// <summary>Row by row it is what the drill would have restored, and somebody may work with it by now.</summary>
    /// <param name="mark">Of the restore that filled it: nobody's, or another drill's.</param>
    [Theory]
    [InlineData(null, DatabaseProgress.Restored)]
    [InlineData("ffeeddccbbaa99887766554433221100", null)]
    public async Task The_same_set_restored_by_somebody_else_stays(string? mark, DatabaseProgress? left)
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("theirs", Token);
        await RestoreAsync(bench, database, mark);
        await LeaveAsync(bench, database, left);

        FlowInstance refused = await bench.RunAsync(database);

        Assert.Contains("is not empty", refused.Failure!.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("ALTER TABLE alf_node ADD COLUMN still_there int", database, Token);
        bench.AssertClean();
    }

    /// <param name="left">What the restore's marker said when it was killed; null: the marker was gone.</param>
    [Theory]
    [InlineData(null)]
    [InlineData(DatabaseProgress.Started)]
    public async Task What_the_killed_drill_restored_is_removed_before_the_next_one(DatabaseProgress? left)
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("remains", Token);
        await RestoreAsync(bench, database, Id);
        await LeaveAsync(bench, database, left);

        Assert.True(DrillBench.ResultOf(await bench.RunAsync(database)).Passed);

        bench.AssertClean();
    }

    /// <summary>MariaDB cannot take DDL back: a dump that is refused half-way leaves its first half.</summary>
    /// <param name="isMarked">It is the drill's.</param>
    /// <param name="isHalfDone">A restore, be it the drill's or another one, broke off in it.</param>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task On_MariaDB_a_half_that_the_drill_left_is_removed_and_no_strangers(bool isMarked, bool isHalfDone)
    {
        MariaDbServer server = await mariaDb.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("remains", Token);
        await server.ExecuteAsync(
            "CREATE TABLE mine (id INT); CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;"
                + (isMarked ? $"CREATE TABLE abf_drill_{Id} (id INT);" : string.Empty)
                + (isHalfDone ? "CREATE TABLE abf_restore_unfinished (id INT)" : string.Empty),
            database,
            Token
        );
        DrillWork work = await LeaveAsync(bench, database, DatabaseProgress.Untouched);
        await using FlowEnvironment environment = bench.Rig.CreateEnvironment();

        CleanedDrill cleaned = await new CleanUpDrill(environment).RunAsync(
            new CleanUpDrillInput(work, HasMade: true, DatabaseRestored: false),
            new Silence(),
            Token
        );

        Assert.Empty(cleaned.Warnings);
        bench.AssertClean();
        if (!isMarked)
        {
            // A restore that somebody else left unfinished is no empty database to a drill.
            FlowInstance refused = await bench.RunAsync(database);
            Assert.Contains("is not empty", refused.Failure!.Message, StringComparison.Ordinal);
        }

        await server.ExecuteAsync(isMarked ? "CREATE TABLE mine (id INT)" : "DROP TABLE mine", database, Token);
        await server.ExecuteAsync(
            isMarked ? "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1" : "DROP FUNCTION f",
            database,
            Token
        );
    }

    private static async Task RestoreAsync(DrillBench bench, string database, string? mark)
    {
        await using FlowEnvironment environment = bench.Rig.CreateEnvironment();
        RunId set = (await bench.Rig.ReadSetsAsync(Token))[^1].Id;
        SetReader reader = await SetReader.OpenAsync(environment, set, Token);
        DatabaseStamp dump = reader.Manifest.Database!;
        await (bench.TargetOf(database) with { Mark = mark })
            .Open(environment.Options, dump, static _ => { })
            .RestoreAsync(
                (stream, token) => reader.CopyDumpAsync(dump, stream, new Silence(), "database", token),
                Token
            );
    }

    /// <summary>The state of a drill that was killed.</summary>
    private static async Task<DrillWork> LeaveAsync(DrillBench bench, string database, DatabaseProgress? left)
    {
        await using FlowEnvironment environment = bench.Rig.CreateEnvironment();
        RunId set = (await bench.Rig.ReadSetsAsync(Token))[^1].Id;
        RestoreDatabaseTarget target = bench.TargetOf(database);
        var work = new DrillWork(
            Id,
            new DrillInput(set, target, Server: null, bench.Scratch, Share: 0, Parallelism: 2)
        );
        var traces = new DrillTraces(environment.Options);
        traces.Write(new DrillTrace(work, traces.Owner, DatabaseDone: false));
        Directory.CreateDirectory(work.Directory);
        await File.WriteAllTextAsync(Path.Combine(work.Directory, ".abf-drill"), Id, Token);
        if (left is { } progress)
        {
            Directory.CreateDirectory(work.DatabaseMark);
            new TargetMarker(work.DatabaseMark).Write(new TargetMark(set, "repository", progress, target.Url));
        }

        return work;
    }
}
