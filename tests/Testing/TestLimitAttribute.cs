using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.v3;

namespace AlfrescoBackupFlows.Testing;

/// <summary>
/// No test runs for ever: when its time is over its cancellation token is cancelled, and a test that does not end then
/// ends the whole process, which names it. <c>tests/Directory.Build.props</c> puts this on every test project.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TestLimitAttribute : BeforeAfterTestAttribute
{
    /// <summary>Seconds for one test; more than the default only for sweeps that try every storage request.</summary>
    private const string Variable = "ABF_TEST_SECONDS";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable(Variable) ?? "900", CultureInfo.InvariantCulture)
    );

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Timer> _running = [];

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        ITestContext context = TestContext.Current;
        int cancelled = 0;
        _running[test.UniqueID] = new Timer(
            _ =>
            {
                if (Debugger.IsAttached)
                {
                    return;
                }

                if (Interlocked.Exchange(ref cancelled, 1) == 0)
                {
                    Console.Error.WriteLine(
                        $"{test.TestDisplayName}: not done after {Limit.TotalSeconds} s ({Variable}), cancelled"
                    );
                    context.CancelCurrentTest();
                    return;
                }

                Environment.FailFast(
                    $"{test.TestDisplayName} does not end, {Grace.TotalSeconds} s after it was cancelled"
                );
            },
            null,
            Limit,
            Grace
        );
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_running.TryRemove(test.UniqueID, out Timer? timer))
        {
            timer.Dispose();
        }
    }
}
