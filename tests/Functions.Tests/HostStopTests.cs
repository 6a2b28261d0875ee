using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Flows.Tasks;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

public sealed class HostStopTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_activity_whose_host_stops_is_told_and_runs_again_elsewhere_without_counting_as_an_attempt()
    {
        TestEngine? engine = null;
        int runs = 0;
        LambdaFlows flows = new LambdaFlows()
            .Activity(
                "Long",
                async (x, stop) =>
                {
                    if (++runs == 1)
                    {
                        engine!.ReplaceHost();
                        await Task.Delay(Timeout.Infinite, stop);
                    }

                    return x;
                }
            )
            .Flow(
                (context, input) => context.CallActivityAsync<int>("Long", input, Once.Until(CancellationToken.None))
            );
        await using (engine = await TestEngine.OpenAsync(flows.Register, LambdaFlows.Converter))
        {
            await engine.StartAsync(LambdaFlows.Main, 7, "one");

            FlowInstance end = await engine.WaitForEndAsync("one", _token);

            Assert.Equal((RuntimeStatus.Completed, "7", 2), (end.Status, end.Result, runs));
        }
    }

    private static RetryRule Once { get; } = new(1, TimeSpan.Zero, 1, TimeSpan.Zero);
}
