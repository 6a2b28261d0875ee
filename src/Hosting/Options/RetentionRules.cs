using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>What <c>retention</c> must be.</summary>
internal static class RetentionRules
{
    public static void Check(RetentionOptions retention, OptionFaults faults)
    {
        (string Name, int? Value)[] counts =
        [
            ("keepLast", retention.KeepLast),
            ("keepDaily", retention.KeepDaily),
            ("keepWeekly", retention.KeepWeekly),
            ("keepMonthly", retention.KeepMonthly),
            ("keepYearly", retention.KeepYearly),
        ];
        foreach ((string name, int? value) in counts.Where(count => count.Value < 0))
        {
            faults.Add($"retention.{name} '{value}' is out of bounds: write 0 or more");
        }

        TimeSpan longest = TimeSpan.FromDays(36_600);
        faults.RequireRange("retention.keepWithin", retention.KeepWithin ?? TimeSpan.Zero, TimeSpan.Zero, longest);
        faults.RequireRange("retention.pruneEvery", retention.PruneEvery, TimeSpan.Zero, TimeSpan.FromDays(366));
        faults.RequireRange(
            "retention.protectFor",
            retention.ProtectFor ?? TimeSpan.FromDays(1),
            TimeSpan.FromDays(1),
            longest
        );
        if (retention.ProtectFor is { } protectFor && retention.PruneEvery >= protectFor / 2)
        {
            faults.Add(
                $"retention.pruneEvery '{retention.PruneEvery:c}' is not less than half of retention.protectFor "
                    + $"'{protectFor:c}', so that protection would run out between two prunes: write a shorter "
                    + "retention.pruneEvery, or a longer retention.protectFor"
            );
        }

        if (!RetentionOptions.TryParsePart(retention.MaxUnused, out _))
        {
            faults.Add($"retention.maxUnused '{retention.MaxUnused}' does not fit: write a percentage such as 5%");
        }

        if (retention.PricePerGb is { } price && !RetentionOptions.TryParsePrice(price, out _))
        {
            faults.Add($"retention.pricePerGb '{price}' does not fit: write a number such as 0.02");
        }
    }
}
