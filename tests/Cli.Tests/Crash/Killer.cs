using System.Diagnostics;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>Starts the executable again and again and kills it with SIGKILL at random moments: at a random time, or at
/// a random step of what it does to a directory.</summary>
/// <param name="watched">The directory whose new files are steps.</param>
/// <param name="usualTime">How long the command takes when nobody kills it.</param>
/// <param name="usualSteps">How many files it makes in that time; 0 leaves the moments to the time alone.</param>
internal sealed class Killer(AbfRig abf, Random random, string watched, TimeSpan usualTime, int usualSteps)
{
    // A moment's own place among the others cannot be met more exactly than this.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(2);

    // Each start goes on where the last one died, so that short lives reach every step, and one run takes several
    // kills.
    private const int ShareOfSteps = 4;
    private const double ShareOfTime = 0.8;

    /// <summary>Kills it at most <paramref name="most"/> times, and lets it end the last time.</summary>
    /// <param name="killed">Called after each kill; says whether the work was done all the same: the kill met the way
    /// out, and another start would begin anew.</param>
    /// <returns>How the last start ended, null where it was killed on its way out; and how many were killed.</returns>
    public async Task<(AbfResult? Last, int Kills)> RunAsync(int most, Func<Task<bool>> killed, params string[] command)
    {
        for (int kills = 0; kills < most; kills++)
        {
            if (await StartAsync(kill: true, command) is { } ended)
            {
                return (ended, kills);
            }

            if (await killed())
            {
                return (null, kills + 1);
            }
        }

        return (await StartAsync(kill: false, command), most);
    }

    public static int CountFiles(string directory) =>
        Directory.Exists(directory)
            ? Directory
                .EnumerateFiles(
                    directory,
                    "*",
                    new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden }
                )
                .Count()
            : 0;

    /// <returns>Null where it was killed.</returns>
    private async Task<AbfResult?> StartAsync(bool kill, string[] command)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        TimeSpan time = usualTime * ShareOfTime * random.NextDouble();
        int steps = usualSteps > 0 && random.Next(2) == 0 ? random.Next(usualSteps / ShareOfSteps) : int.MaxValue;
        TimeSpan after = TimeSpan.FromMilliseconds(random.Next(40));
        int before = CountFiles(watched);

        using Process process = abf.Start(command);
        Task<string> output = process.StandardOutput.ReadToEndAsync(token);
        Task<string> error = process.StandardError.ReadToEndAsync(token);
        Task exit = process.WaitForExitAsync(token);
        if (kill)
        {
            if (steps == int.MaxValue)
            {
                await Task.WhenAny(exit, Task.Delay(time, token));
            }
            else
            {
                while (!exit.IsCompleted && CountFiles(watched) - before <= steps)
                {
                    await Task.WhenAny(exit, Task.Delay(s_look, token));
                }

                await Task.WhenAny(exit, Task.Delay(after, token));
            }

            process.Kill();
        }

        await exit;
        const int Killed = 128 + 9;
        return process.ExitCode == Killed ? null : new AbfResult(process.ExitCode, await output, await error);
    }
}
