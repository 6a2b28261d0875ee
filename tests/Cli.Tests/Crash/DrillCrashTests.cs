using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>Drills that are killed: the same command goes on, another one removes what they made, and neither touches
/// what only looks like it.</summary>
[Trait("needs", "server")]
public sealed class DrillCrashTests(OnDemand<PostgresServer> server, ITestOutputHelper output)
{
    private const int Kills = 8;
    private const string Stranger = "0123456789abcdef0123456789abcdef";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_drills_leave_nothing_behind_once_one_comes_to_its_end()
    {
        PostgresServer postgres = await server.GetAsync();
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ABF_CRASH_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"ABF_CRASH_SEED={seed}");
        var random = new Random(seed);
        using CrashBench bench = await CrashBench.CreateAsync(postgres, random);
        await bench.ChangeAsync(documents: 200, large: 3);
        await CrashBench.AssertDoneAsync(bench.Abf, "backup");
        string scratch = Directory.CreateDirectory(bench.Abf.Combine("scratch")).FullName;
        string password = bench.Abf.WriteSecret("db-password", postgres.Password);
        string mine = await postgres.CreateDatabaseAsync("given", Token);
        string[] onServer = ["drill", "--server", UrlOf(postgres), .. Rest(scratch, password)];
        string[] onDatabase = ["drill", "--database", $"{UrlOf(postgres)}/{mine}", .. Rest(scratch, password)];

        // What bears the names of a drill's things and is none of them.
        await postgres.ExecuteAsync($"CREATE DATABASE abf_drill_{Stranger}", "postgres", Token);
        string strange = Directory.CreateDirectory(Path.Combine(scratch, $"abf-drill-{Stranger}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(strange, "mine"), "keep", Token);

        var watch = Stopwatch.StartNew();
        await CrashBench.AssertDoneAsync(bench.Abf, onServer);
        TimeSpan usual = watch.Elapsed;
        foreach (string[] command in (string[][])[onServer, onDatabase])
        {
            // Each kill may leave a drill that the next start goes on with, or the other command gives up.
            var killer = new Killer(bench.Abf, random, scratch, usual, usualSteps: 200);
            (AbfResult? last, int kills) = await killer.RunAsync(Kills, () => Task.FromResult(false), command);
            output.WriteLine($"{command[1]}: {kills} kills");
            Assert.True(last is { ExitCode: 0 }, $"{last?.ExitCode}: {last?.Error}");
        }

        // One that is killed half way, and given up for a drill somewhere else.
        await KillInRestoreAsync(bench.Abf, scratch, onDatabase);
        AbfResult other = await CrashBench.AssertDoneAsync(bench.Abf, onServer);
        Assert.Contains("was interrupted, and its restore may still be in", other.Error, StringComparison.Ordinal);
        await CrashBench.AssertDoneAsync(bench.Abf, onDatabase);

        Assert.Equal([strange], Directory.EnumerateFileSystemEntries(scratch));
        Assert.Equal("keep", await File.ReadAllTextAsync(Path.Combine(strange, "mine"), Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(bench.Abf.State, "drill-traces")));
        Assert.Equal(
            [$"abf_drill_{Stranger}"],
            await ListAsync(postgres, "postgres", "SELECT datname::text FROM pg_database WHERE datname LIKE 'abf%'")
        );
        Assert.Empty(
            await ListAsync(
                postgres,
                mine,
                "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'public'"
            )
        );
        await postgres.ExecuteAsync($"DROP DATABASE abf_drill_{Stranger}", "postgres", Token);
    }

    /// <summary>Starts it, and kills it when files are restored, which is after the database.</summary>
    private static async Task KillInRestoreAsync(AbfRig abf, string scratch, string[] command)
    {
        using Process process = abf.Start(command);
        Task<string> output = process.StandardOutput.ReadToEndAsync(Token);
        Task<string> error = process.StandardError.ReadToEndAsync(Token);
        while (!process.HasExited && Killer.CountFiles(scratch) < 20)
        {
            await Task.Yield();
        }

        process.Kill();
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 128 + 9, $"{await output}{await error}");
    }

    private static string[] Rest(string scratch, string password) =>
        ["--database-password-file", password, "--scratch", scratch];

    private static string UrlOf(PostgresServer server) => $"postgresql://{server.Username}@{server.Host}:{server.Port}";

    private static async Task<List<string>> ListAsync(PostgresServer server, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(database));
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Token);
        List<string> found = [];
        while (await reader.ReadAsync(Token))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
