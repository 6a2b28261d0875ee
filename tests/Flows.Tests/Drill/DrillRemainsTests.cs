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

    /// <param name="isMade">The trace says that the directory is whole.</param>
    /// <param name="left">How far the restore was by its marker; null: the directory of its marker is not there.</param>
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, DatabaseProgress.Untouched)]
    [InlineData(true, DatabaseProgress.Started)]
    [InlineData(true, DatabaseProgress.Restored)]
    public async Task What_somebody_else_put_into_the_database_stays(bool isMade, DatabaseProgress? left)
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("mine", Token);
        await server.ExecuteAsync("CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)", database, Token);
        DrillWork work = await LeaveAsync(bench, database, isMade, left);
        if (isMade && left is null)
        {
            Directory.CreateDirectory(work.DatabaseMark);
        }

        FlowInstance refused = await bench.RunAsync(database);

        Assert.Equal(ErrorKind.Target, refused.Failure?.Kind);
        Assert.Contains("is not empty", refused.Failure!.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("DELETE FROM mine WHERE id = 1", database, Token);
        Assert.False(Directory.Exists(work.Directory));
        bench.AssertClean();
    }

    /// <param name="hasDirectory">The kill was between the restore's marker, which is gone, and its directory.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_killed_drill_restored_is_removed_before_the_next_one(bool hasDirectory)
    {
        PostgresServer server = await postgres.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("remains", Token);
        await using FlowEnvironment environment = bench.Rig.CreateEnvironment();
        RunId set = (await bench.Rig.ReadSetsAsync(Token))[^1].Id;
        SetReader reader = await SetReader.OpenAsync(environment, set, Token);
        DatabaseStamp dump = reader.Manifest.Database!;
        await bench
            .TargetOf(database)
            .Open(environment.Options, dump, static _ => { })
            .RestoreAsync(
                (stream, token) => reader.CopyDumpAsync(dump, stream, new Silence(), "database", token),
                Token
            );
        DrillWork work = await LeaveAsync(bench, database, isMade: true, left: null);
        if (hasDirectory)
        {
            Directory.CreateDirectory(work.DatabaseMark);
        }

        Assert.True(DrillBench.ResultOf(await bench.RunAsync(database)).Passed);

        bench.AssertClean();
    }

    /// <summary>MariaDB cannot take DDL back: a dump that is refused half-way leaves its first half.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_MariaDB_a_half_that_a_failed_restore_left_is_removed_and_no_stranger(bool isHalfDone)
    {
        MariaDbServer server = await mariaDb.GetAsync();
        using DrillBench bench = await DrillBench.CreateAsync(server);
        string database = await server.CreateDatabaseAsync("remains", Token);
        await server.ExecuteAsync(
            "CREATE TABLE mine (id INT); CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;"
                + (isHalfDone ? "CREATE TABLE abf_restore_unfinished (id INT)" : string.Empty),
            database,
            Token
        );
        DrillWork work = await LeaveAsync(bench, database, isMade: true, DatabaseProgress.Untouched);
        await using FlowEnvironment environment = bench.Rig.CreateEnvironment();

        CleanedDrill cleaned = await new CleanUpDrill(environment).RunAsync(
            new CleanUpDrillInput(work, HasMade: true, DatabaseRestored: false),
            new Silence(),
            Token
        );

        Assert.Empty(cleaned.Warnings);
        bench.AssertClean();
        await server.ExecuteAsync(isHalfDone ? "CREATE TABLE mine (id INT)" : "DROP TABLE mine", database, Token);
        await server.ExecuteAsync(
            isHalfDone ? "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1" : "DROP FUNCTION f",
            database,
            Token
        );
    }

    /// <summary>The state of a drill that was killed.</summary>
    private static async Task<DrillWork> LeaveAsync(
        DrillBench bench,
        string database,
        bool isMade,
        DatabaseProgress? left
    )
    {
        await using FlowEnvironment environment = bench.Rig.CreateEnvironment();
        RunId set = (await bench.Rig.ReadSetsAsync(Token))[^1].Id;
        RestoreDatabaseTarget target = bench.TargetOf(database);
        var work = new DrillWork(
            Id,
            new DrillInput(set, target, Server: null, bench.Scratch, Share: 0, Parallelism: 2)
        );
        var traces = new DrillTraces(environment.Options);
        traces.Write(new DrillTrace(work, traces.Owner, DatabaseDone: false) { DirectoryMade = isMade });
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
