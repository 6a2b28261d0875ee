using System.Globalization;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>
/// The one line of a monitoring plugin: <c>ABF STATE - text | label=value[unit];warning;critical;min</c>. Behind the bar
/// stand numbers that a monitor draws.
/// </summary>
internal static class PluginLine
{
    /// <summary>Monitors cut what is longer, and would cut the numbers.</summary>
    private const int MaxText = 1000;

    public static string Write(CheckDocument check, CheckLimits limits)
    {
        string numbers = string.Join(
            ' ',
            new[]
            {
                Seconds("age", check.AgeSeconds, warning: null, limits.MaxAge),
                Seconds("verify_age", check.VerificationAgeSeconds, limits.MaxVerifyAge, critical: null),
                Seconds("drill_age", check.DrillAgeSeconds, limits.MaxDrillAge, critical: null),
                string.Create(CultureInfo.InvariantCulture, $"sets={check.Sets};;;0"),
            }.OfType<string>()
        );
        return $"{Line(check.State, check.Problems.Length > 0 ? string.Join("; ", check.Problems) : Good(check))} | {numbers}";
    }

    /// <summary>Where nothing could be looked at.</summary>
    public static string Line(string state, string text)
    {
        string line = text.ReplaceLineEndings(" ").Replace('|', '/');
        return $"ABF {state} - {(line.Length <= MaxText ? line : line[..MaxText] + " ...")}";
    }

    private static string Good(CheckDocument check)
    {
        string verified = check.VerificationAgeSeconds is { } v
            ? $"verified {Ago(v)} ago"
            : "no verification is recorded";
        string drilled = check.DrillAgeSeconds is { } d ? $"rehearsed {Ago(d)} ago" : "no drill is recorded";
        return $"set {check.Set} is {Ago(check.AgeSeconds ?? 0)} old; {verified}; {drilled}";
    }

    private static string? Seconds(string label, double? value, TimeSpan? warning, TimeSpan? critical) =>
        value is { } seconds
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{label}={seconds:0}s;{warning?.TotalSeconds:0};{critical?.TotalSeconds:0};0"
            )
            : null;

    private static string Ago(double seconds) => Units.Duration(TimeSpan.FromSeconds(seconds));
}
