using System.Globalization;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>
/// Random histories. <c>ABF_HISTORIES</c> says how many (some seconds' worth unless it does), <c>ABF_SEED</c> with which
/// to begin.
/// </summary>
public sealed class RandomHistoryTests
{
    private const int Steps = 40;

    [Fact]
    public async Task After_every_step_of_a_random_history_every_set_is_there_and_whole()
    {
        int first = Number("ABF_SEED") ?? Random.Shared.Next(1_000_000);
        int count = Number("ABF_HISTORIES") ?? 12;
        for (int seed = first; seed < first + count; seed++)
        {
            await using var history = new RandomHistory(seed);
            try
            {
                await history.RunAsync(Steps);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}; {history.Story}", e);
            }
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
