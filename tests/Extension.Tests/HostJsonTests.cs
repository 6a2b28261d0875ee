using System.Reflection;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Engines.Tests;
using AlfrescoBackupFlows.Extension.Tests.Rig;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Functions.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Extension.Tests;

public sealed class HostJsonTests(TaskHubs hubs)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_extension_says_nothing_at_start_and_nothing_of_what_goes_well()
    {
        LambdaFlows flows = new LambdaFlows()
            .Activity("Work", x => x)
            .ChildFlow((context, x) => context.CallActivityAsync<int>("Work", x))
            .Flow((context, x) => context.CallSubOrchestratorAsync<int>(LambdaFlows.Child, x));
        var heard = new HeardLogs();
        var worker = new WorkerFunctions(flows.Register, LambdaFlows.Converter, NoServices.Instance);
        await using ExtensionHost host = await ExtensionHost.StartAsync(
            await hubs.GetStorageAsync(),
            worker,
            _token,
            heard
        );

        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync(LambdaFlows.Main, 1, _token);
        OrchestrationMetadata end = await host.Client.WaitForInstanceCompletionAsync(id, _token);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);

        string[] its = ["Host.Triggers.DurableTask", "DurableTask", "Function"];
        Assert.DoesNotContain(
            heard.Lines,
            line =>
                its.Any(category => line.StartsWith(category, StringComparison.Ordinal))
                && !line.Contains(" Warning: ", StringComparison.Ordinal) // a busy machine delays its leases
        );
        Assert.NotEmpty(heard.Lines);
    }

    /// <summary>The host gives what an activity logs the category of its function.</summary>
    [Theory]
    [InlineData("NightlyBackup")]
    [InlineData("HourlyLook")]
    [InlineData("WebPage")]
    [InlineData("Find")]
    [InlineData("GetContent")]
    [InlineData("ListVersions")]
    [InlineData("CommitSet")]
    [InlineData("MirrorBlobs")]
    [InlineData("ForgetSets")]
    [InlineData("PruneRepository")]
    [InlineData("RecordDrill")]
    public void What_the_app_says_of_a_run_or_a_document_is_heard(string function)
    {
        using ILoggerFactory factory = CreateFactory();

        Assert.True(factory.CreateLogger($"Function.{function}.User").IsEnabled(LogLevel.Information));
    }

    [Fact]
    public void A_warning_of_any_function_is_heard()
    {
        using ILoggerFactory factory = CreateFactory();

        Assert.True(factory.CreateLogger("Function.CaptureRange.User").IsEnabled(LogLevel.Warning));
        Assert.True(factory.CreateLogger("Function.HotBackupFlow.User").IsEnabled(LogLevel.Warning));
    }

    /// <summary>
    /// A new one is heard in the cloud host only if its function has a line in <c>host.json</c>: add that, its test
    /// above, and its name here.
    /// </summary>
    [Fact]
    public void No_other_line_below_a_warning_is_written() =>
        Assert.Equal(
            [
                "DrillPassed",
                "GivenOut",
                "Listed",
                "Mirrored",
                "Pruned",
                "Repaired",
                "Searched",
                "SetCommitted",
                "SetsForgotten",
                "Started",
                "StartedByTime",
            ],
            new[] { typeof(HotBackupFlow).Assembly, typeof(BackupApi).Assembly, typeof(DurableInstances).Assembly }
                .SelectMany(assembly => assembly.GetTypes())
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
                .Where(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Level is LogLevel.Information)
                .Select(method => method.Name)
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_settings_for_the_scheduler_have_the_same_filters() =>
        Assert.Equal(
            FiltersOf("host.json").Where(filter => filter.Key != "logging:logLevel:DurableTask.AzureStorage"),
            FiltersOf(Path.Combine("infra", "host.scheduler.json"))
        );

    private static IEnumerable<KeyValuePair<string, string?>> FiltersOf(
        string file,
        [CallerFilePath] string here = ""
    ) =>
        new ConfigurationBuilder()
            .AddJsonFile(Path.GetFullPath(Path.Combine(here, "..", "..", "..", file)))
            .Build()
            .GetSection("logging")
            .AsEnumerable();

    private static ILoggerFactory CreateFactory()
    {
        IConfigurationRoot settings = new ConfigurationBuilder().AddHostJson().Build();
        return LoggerFactory.Create(builder =>
            builder.AddConfiguration(settings.GetSection("logging")).AddProvider(new HeardLogs())
        );
    }
}
