using System.Globalization;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Listings;

/// <summary>What verified or rehearsed a set last, as people read it.</summary>
internal static class CheckText
{
    /// <summary>For a column: the day, how far it went, and whether something was wrong.</summary>
    public static string Short(SetCheckDocument? check) =>
        check is null
            ? "-"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(check.Passed ? string.Empty : "FAILED ")}{check.Ended:yyyy-MM-dd}{(check.Depth is null ? string.Empty : $" {check.Depth}")}"
            );

    public static void Write(SetDetailDocument set, TextWriter writer)
    {
        Write("verification", set.LastVerification, writer);
        Write("drill", set.LastDrill, writer);
    }

    private static void Write(string kind, SetCheckDocument? check, TextWriter writer)
    {
        if (check is null)
        {
            writer.WriteLine($"last {kind}: none is recorded");
            return;
        }

        string depth = check.Depth is null ? string.Empty : $" ({check.Depth})";
        string outcome = check.Passed ? "passed" : $"FAILED with {Amounts.Count(check.Errors, "finding")}";
        string phases = check.Phases is null
            ? string.Empty
            : $", took {Units.Duration(TimeSpan.FromSeconds(check.Seconds))}: "
                + string.Join(
                    ", ",
                    check.Phases.Select(phase => $"{phase.Key} {Units.Duration(TimeSpan.FromSeconds(phase.Value))}")
                );
        writer.WriteLine($"last {kind}: {outcome}{depth}, {Units.Time(check.Ended)}{phases}");
        foreach (string finding in check.Findings ?? [])
        {
            writer.WriteLine($"  {finding}");
        }
    }
}
