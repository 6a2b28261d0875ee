using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>A restore that is killed goes on with the same command, files and database.</summary>
[Trait("needs", "server")]
public sealed class RestoreCrashTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private const int Kills = 20;

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

    /// <summary>A part of a set, and the repair of an installation that lost much and has other bytes in places.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_restore_of_a_part_or_repair_goes_on_to_the_same_files(bool isRepair)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ABF_CRASH_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"ABF_CRASH_SEED={seed}");
        var random = new Random(seed);
        using CrashBench bench = await CrashBench.CreateAsync(await server.GetAsync(), random);
        await bench.ChangeAsync(documents: 300, large: 4);
        await CrashBench.AssertDoneAsync(bench.Abf, "backup");
        string calm = bench.Abf.Combine("calm");
        string target = bench.Abf.Combine("target");
        string[] part = isRepair
            ? ["--roots", "contentstore"]
            : ["--include", "/contentstore/**/*.bin", "--exclude", "large.bin", "--include", "keystore"];
        var watch = Stopwatch.StartNew();
        await CrashBench.AssertDoneAsync(
            bench.Abf,
            ["restore", "--set", "latest", "--target", calm, .. part, "--no-database"]
        );
        TimeSpan usual = watch.Elapsed;
        string[] command = ["restore", "--set", "latest", "--target", target, .. part];
        if (isRepair)
        {
            await Shell.RunAsync("cp -a \"$1\" \"$2\"", calm, target);
            foreach ((int i, string file) in Directory.GetFiles(target, "*", SearchOption.AllDirectories).Index())
            {
                switch (i % 3)
                {
                    case 0:
                        File.Delete(file);
                        break;
                    case 1:
                        await File.AppendAllTextAsync(file, "x", TestContext.Current.CancellationToken);
                        break;
                }
            }

            command = [.. command, "--repair", "--overwrite"];
        }

        int whole = Killer.CountFiles(calm);
        var killer = new Killer(bench.Abf, random, target, usual, whole);
        (AbfResult? last, int kills) = await killer.RunAsync(Kills, LookAsync, command);

        output.WriteLine($"{kills} kills");
        Assert.True(last is null or { ExitCode: 0 }, $"{last?.ExitCode}: {last?.Error}");
        Assert.Equal(TreeSnapshot.TakeRestored(calm), TreeSnapshot.TakeRestored(target));
        Assert.Equal(
            await Shell.RunAsync("cd \"$1\"; find . -type d -printf '%p %m %U %G\\n' | sort", calm),
            await Shell.RunAsync("cd \"$1\"; find . -type d -printf '%p %m %U %G\\n' | sort", target)
        );
        Assert.Empty(Directory.GetFiles(target, ".abf-*", SearchOption.AllDirectories));

        // Killed on its way out: the marker is gone, and all is there.
        Task<bool> LookAsync() =>
            Task.FromResult(
                !File.Exists(Path.Combine(target, ".abf-restore")) && !isRepair && Killer.CountFiles(target) == whole
            );
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
