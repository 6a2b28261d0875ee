using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

/// <summary>The alert rules, by Prometheus' own tool: that they are rules, and when they fire.</summary>
public sealed class AlertRulesTests
{
    [Theory]
    [InlineData("check", "alerts.yaml")]
    [InlineData("test", "alerts.test.yaml")]
    public async Task Prometheus_reads_the_rules_and_they_fire_when_they_must(string what, string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "promtool comes from Debian's packages.");

        string said = await Shell.RunAsync(
            "\"$1\" \"$2\" rules \"$3\" 2>&1",
            Tool.Find("promtool", "prometheus"),
            what,
            Path.Combine(MonitoringPages.Grafana, file)
        );

        Assert.Contains("SUCCESS", said);
    }
}
