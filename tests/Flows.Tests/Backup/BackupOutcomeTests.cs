using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Flows.Backup.Activities;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>The lines that monitoring listens to; those of the flow once, however often it is replayed.</summary>
public sealed partial class BackupOutcomeTests : IDisposable
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", "..", ".."));
    private static readonly string Alerts = Path.Combine(Root, "infra", "modules", "alerts.bicep");

    private readonly EventLines _lines = new(BackupOutcome.Category);
    private readonly StandIns _standIns;
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public BackupOutcomeTests() => _standIns = new StandIns { Loggers = _lines };

    [Fact]
    public void A_set_is_said()
    {
        BackupOutcome.Committed(_lines, _standIns.Result);

        Assert.Equal([(LogLevel.Information, "SetCommitted")], _lines.Said);
    }

    [Fact]
    public void A_set_with_findings_is_another_event()
    {
        BackupOutcome.Committed(_lines, _standIns.Result with { Consistent = false, Missing = 2 });

        Assert.Equal([(LogLevel.Warning, "SetCommittedWithFindings")], _lines.Said);
    }

    [Fact]
    public async Task A_failed_run_is_said_once()
    {
        _standIns.Dump = _ => throw new PermanentException(ErrorKind.Source, "The database is unreachable.");

        await _standIns.RunAsync(_token);

        Assert.Equal([(LogLevel.Error, "RunFailed")], _lines.Said);
    }

    [Fact]
    public async Task A_cancelled_run_is_no_failure()
    {
        _standIns.Dump = _ => throw new PermanentException(ErrorKind.Cancelled, "The backup was cancelled.");

        await _standIns.RunAsync(_token);

        Assert.Equal([(LogLevel.Warning, "RunCancelled")], _lines.Said);
        Match pattern = Extracted().Match(File.ReadAllText(Alerts));
        Assert.Equal(
            StandIns.Input.Run.ToString(),
            Regex
                .Match(_lines.Last, pattern.Groups["pattern"].Value, RegexOptions.None, TimeSpan.FromSeconds(1))
                .Groups[1]
                .Value
        );
    }

    [Fact]
    public void Every_event_that_an_alert_asks_for_is_said_by_the_flows()
    {
        string said = File.ReadAllText(Path.Combine(Root, "src", "Flows", "Runtime", "Logs.cs"));

        string[] asked =
        [
            .. File.ReadLines(Alerts)
                .Where(line => line.Contains("customDimensions.EventName", StringComparison.Ordinal))
                .SelectMany(line => Quoted().Matches(line).Select(match => match.Groups["name"].Value)),
        ];

        Assert.Contains("RunFailed", asked);
        Assert.All(asked, name => Assert.Contains($" void {name}(", said));
    }

    public void Dispose() => _standIns.Dispose();

    [GeneratedRegex("\"(?<name>[A-Za-z]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex("extract\\(@\"(?<pattern>[^\"]+)\", 1, message\\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Extracted();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
