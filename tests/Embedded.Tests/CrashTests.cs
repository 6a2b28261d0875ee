using System.Diagnostics;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Embedded.Tests;

/// <summary>A real process, really killed.</summary>
public sealed class CrashTests
{
    private const int Batches = 6;
    private const int Activities = Batches * 9; // one, four in parallel, two pairs

    [Fact]
    public async Task A_run_killed_at_random_moments_ends_as_an_undisturbed_one()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var undisturbed = new TempDirectory();
        var (expected, _) = await RunHostAsync(undisturbed.Path, killAfterLines: null);
        Assert.NotNull(expected);

        using var state = new TempDirectory();
        var kills = 0;
        string? result;
        do
        {
            // Lines come before an activity's result is recorded, so the kill falls into, before or after any of the
            // transactions that follow.
            (result, var killed) = await RunHostAsync(
                state.Path,
                killAfterLines: kills < 12 ? random.Next(1, 8) : null
            );
            kills += killed ? 1 : 0;
        } while (result is null);

        using var client = FlowClient.TryOpen(state.Path)!;
        var square = Assert.Single(client.CountActivities("job"));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{kills} kills, {square.Starts - square.Calls} of {square.Calls} activities ran again"
        );
        Assert.Equal(expected, result);
        Assert.True(kills >= 5, $"{kills} kills");
        Assert.Equal(Activities, square.Calls);
        Assert.InRange(square.Starts, square.Calls, square.Calls + (kills * new EngineOptions().MaxParallelActivities));
    }

    private static async Task<(string? Result, bool Killed)> RunHostAsync(string state, int? killAfterLines)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "AlfrescoBackupFlows.Embedded.CrashHost.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [host, state, $"{Batches}"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var lines = 0;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("end ", StringComparison.Ordinal))
            {
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                return (line[4..], false);
            }

            if (++lines == killAfterLines)
            {
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                return (null, true);
            }
        }

        throw new InvalidOperationException("the host ended without a result");
    }
}
