using AlfrescoBackupFlows.Cli.Tests.Rig;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Hosting;

public sealed class FileLogTests
{
    [Fact]
    public async Task A_log_that_is_written_for_years_takes_no_more_than_two_files()
    {
        using InProcess process = await InProcess.CreateAsync();
        ILogger logger = process.Context.Loggers.CreateLogger("AlfrescoBackupFlows.Test");
        string line = new('x', 1024 * 1024);

        for (int number = 1; number <= 14; number++)
        {
            Say(logger, $"{number} {line}");
        }

        Assert.Equal(
            ["abf.log", "abf.log.1"],
            Directory.GetFiles(process.State, "abf.log*").Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.All(
            Directory.GetFiles(process.State, "abf.log*"),
            file => Assert.InRange(new FileInfo(file).Length, 1, 6 * 1024 * 1024)
        );
        process.Context.Dispose();
        Assert.Contains(
            " 14 x",
            await File.ReadAllTextAsync(Path.Combine(process.State, "abf.log"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_log_that_cannot_grow_is_said_once_and_goes_on_when_it_can()
    {
        using InProcess process = await InProcess.CreateAsync();
        string log = Path.Combine(process.State, "abf.log");
        Directory.CreateDirectory(log);
        ILogger logger = process.Context.Loggers.CreateLogger("AlfrescoBackupFlows.Test");

        Say(logger, "one");
        Say(logger, "two");
        Directory.Delete(log);
        Say(logger, "three");
        process.Context.Dispose();

        string text = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        Assert.Contains("2 lines could not be written here", text, StringComparison.Ordinal);
        Assert.EndsWith(": three\n", text, StringComparison.Ordinal);
        Assert.Single(
            process.Said.Split('\n'),
            line => line.Contains("goes on without a log", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task What_the_web_server_says_of_each_request_is_not_in_it()
    {
        using InProcess process = await InProcess.CreateAsync();
        Say(process.Context.Loggers.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics"), "Request starting");
        Say(process.Context.Loggers.CreateLogger("AlfrescoBackupFlows.Embedded"), "turn");
        process.Context.Dispose();

        string log = await File.ReadAllTextAsync(
            Path.Combine(process.State, "abf.log"),
            TestContext.Current.CancellationToken
        );
        Assert.DoesNotContain("Request starting", log, StringComparison.Ordinal);
        Assert.Contains("turn", log, StringComparison.Ordinal);
    }

    private static void Say(ILogger logger, string text) =>
        logger.Log(LogLevel.Information, default, text, null, (said, _) => said);
}
