using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>A restore that is killed goes on with the same command, files and database.</summary>
[Trait("needs", "server")]
public sealed class RestoreCrashTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private const int Kills = 8;

    [Fact]
    public async Task A_killed_restore_goes_on_to_the_same_files_and_the_same_database()
    {
        PostgresServer postgres = await server.GetAsync();
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ABF_CRASH_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"ABF_CRASH_SEED={seed}");
        var random = new Random(seed);
        using CrashBench bench = await CrashBench.CreateAsync(postgres, random);
        await bench.ChangeAsync(documents: 300, large: 4);
        await CrashBench.AssertDoneAsync(bench.Abf, "backup");
        string password = bench.Abf.WriteSecret("db-password", postgres.Password);

        var watch = Stopwatch.StartNew();
        string calm = bench.Abf.Combine("calm");
        await CrashBench.AssertDoneAsync(
            bench.Abf,
            Restore(
                postgres,
                calm,
                await postgres.CreateDatabaseAsync("calm", TestContext.Current.CancellationToken),
                password
            )
        );
        var killer = new Killer(bench.Abf, random, bench.Abf.Combine("target"), watch.Elapsed, Killer.CountFiles(calm));

        string target = bench.Abf.Combine("target");
        string database = await postgres.CreateDatabaseAsync("restored", TestContext.Current.CancellationToken);
        int unfinished = 0;
        (AbfResult? last, int kills) = await killer.RunAsync(
            Kills,
            LookAsync,
            Restore(postgres, target, database, password)
        );

        output.WriteLine($"{kills} kills, {unfinished} of them with a marker in the target");

        Assert.True(last is null or { ExitCode: 0 }, $"{last?.ExitCode}: {last?.Error}");
        Assert.Equal(bench.TakeSource(), TreeSnapshot.TakeRestored(target));
        Assert.False(File.Exists(Path.Combine(target, ".abf-restore")));
        Assert.Equal(await bench.ReadContentUrlsAsync(bench.Database), await bench.ReadContentUrlsAsync(database));

        // A target with files in it is marked, or whole; a whole one is never restored into.
        Task<bool> LookAsync()
        {
            bool marked = File.Exists(Path.Combine(target, ".abf-restore"));
            unfinished += marked ? 1 : 0;
            return Task.FromResult(!marked && Directory.Exists(target) && Directory.GetDirectories(target).Length > 0);
        }
    }

    private static string[] Restore(PostgresServer server, string target, string database, string passwordFile) =>
        [
            "restore",
            "--set",
            "latest",
            "--target",
            target,
            "--database",
            $"postgresql://{server.Username}@{server.Host}:{server.Port}/{database}",
            "--database-password-file",
            passwordFile,
        ];
}
