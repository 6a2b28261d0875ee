using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

/// <summary>What the dashboard, the alert rules and the documentation ask for.</summary>
internal static partial class MonitoringPages
{
    public static string Grafana => Path.Combine(Root(), "packaging", "grafana");

    /// <summary>Of every panel, variable and rule.</summary>
    public static IEnumerable<string> Expressions()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Grafana, "dashboard.json")));
        string[] panels =
        [
            .. dashboard
                .RootElement.GetProperty("panels")
                .EnumerateArray()
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!),
        ];
        IEnumerable<string> rules = File.ReadLines(Path.Combine(Grafana, "alerts.yaml"))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("expr: ", StringComparison.Ordinal))
            .Select(line => line["expr: ".Length..]);
        return [.. panels, .. rules];
    }

    /// <summary>In Prometheus' names, from the table.</summary>
    public static IEnumerable<string> DocumentedMetrics() =>
        File.ReadLines(Path.Combine(Root(), "docs", "monitoring.md"))
            .Select(line => TableRow().Match(line))
            .Where(row => row.Success)
            .SelectMany(row =>
                row.Groups["type"].Value == "summary"
                    ? new[] { $"{row.Groups["name"].Value}_sum", $"{row.Groups["name"].Value}_count" }
                    : [row.Groups["name"].Value]
            );

    /// <summary>Metrics with the labels that stand beside them, and those that are grouped by.</summary>
    public static IEnumerable<(string Metric, string[] Labels)> NamesIn(string expression)
    {
        string[] grouped =
        [
            .. Grouping()
                .Matches(expression)
                .SelectMany(match => match.Groups["label"].Captures.Select(label => label.Value))
                .Distinct(StringComparer.Ordinal),
        ];
        foreach (Match use in Use().Matches(expression))
        {
            string[] own = [.. use.Groups["label"].Captures.Select(label => label.Value)];
            bool isAlone = Use().Count(expression) == 1;
            yield return (use.Groups["name"].Value, isAlone ? [.. own.Union(grouped)] : own);
        }
    }

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));

    [GeneratedRegex(
        """(?<name>\babf_\w+)(?:\{(?:(?<label>\w+)\s*=~?\s*"[^"]*",?\s*)*\})?""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Use();

    [GeneratedRegex(
        @"\b(?:by|on) \((?:(?<label>\w+),?\s*)*\)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Grouping();

    [GeneratedRegex(
        @"^\| `abf\.[a-z.]+` \| `(?<name>abf_\w+)` \| (?<type>gauge|counter|summary) \|",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex TableRow();
}
