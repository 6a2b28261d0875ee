using System.Globalization;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;
using AlfrescoBackupFlows.Repository.Log;

namespace AlfrescoBackupFlows.Contracts;

/// <summary><c>stats --json</c>.</summary>
/// <param name="Sets">Newest first.</param>
/// <param name="Bytes">Of all these sets, as if each were restored.</param>
/// <param name="StoredBytes">Of the repository's packs, whichever installation's.</param>
/// <param name="UnusedBytes">About as many of these hold nothing that a set needs.</param>
/// <param name="Head">Of the log, as it was read.</param>
/// <param name="Growth">Absent where there are not two sets, or their clocks say no time between them.</param>
public sealed record StatsDocument(
    SetStatsDocument[] Sets,
    long Files,
    long Bytes,
    long AddedBytes,
    long Packs,
    long StoredBytes,
    long UnusedBytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] GrowthDocument? Growth,
    HeadDocument Head,
    ForecastDocument[] Forecast
)
{
    private const double DaysOfMonth = 365.25 / 12;
    private static readonly int[] Forecasts = [0, 30, 365];

    /// <param name="use">Of the whole repository.</param>
    /// <param name="head">The log that it was read by.</param>
    /// <param name="own">The sets that are shown: those of the installation.</param>
    /// <param name="zone">Of months.</param>
    /// <param name="pricePerGb">Of a month; null: no cost is told.</param>
    public static StatsDocument Of(
        RepositoryUse use,
        LogHead head,
        IEnumerable<SetSummary> own,
        TimeZoneInfo zone,
        decimal? pricePerGb
    )
    {
        HashSet<RunId> shown = [.. own.Select(set => set.Id)];
        SetUse[] sets = [.. use.Sets.Where(set => shown.Contains(set.Set.Id))];
        GrowthDocument? growth = GrowthDocument.Of([.. sets.Select(set => set.Set)], zone);
        return new StatsDocument(
            [.. sets.Reverse().Select(SetStatsDocument.Of)],
            sets.Sum(set => set.Set.Files),
            sets.Sum(set => set.Set.Bytes),
            sets.Sum(set => set.Set.AddedBytes),
            use.Packs,
            use.StoredBytes,
            use.UnusedBytes,
            growth,
            HeadDocument.Of(head),
            [
                .. Forecasts.Select(days =>
                    ForecastDocument.Of(days, use.StoredBytes + ((growth?.PerDay ?? 0) * days), pricePerGb)
                ),
            ]
        );
    }

    internal static long PerMonth(double perDay) => (long)(perDay * DaysOfMonth);
}

/// <param name="UniqueBytes">About as many would be free without this set.</param>
public sealed record SetStatsDocument(
    string Id,
    string Installation,
    DateTime Sealed,
    long Files,
    long Bytes,
    long AddedBytes,
    long UniqueBytes
)
{
    public static SetStatsDocument Of(SetUse set) =>
        new(
            set.Set.Id.ToString(),
            set.Set.Installation,
            set.Set.Sealed.UtcDateTime,
            set.Set.Files,
            set.Set.Bytes,
            set.Set.AddedBytes,
            set.UniqueBytes
        );
}

/// <param name="PerDay">Bytes that the sets after the first have added, on the average.</param>
/// <param name="Months">What the sets of each month have added, in the installation's time zone.</param>
public sealed record GrowthDocument(long PerDay, long PerMonth, MonthDocument[] Months)
{
    /// <summary>The first set is the whole installation, and no growth.</summary>
    /// <param name="sets">In the order of the log.</param>
    /// <returns>Null where there are not two sets, or their clocks say no time between them.</returns>
    public static GrowthDocument? Of(SetSummary[] sets, TimeZoneInfo zone)
    {
        double days = sets.Length < 2 ? 0 : (sets[^1].Sealed - sets[0].Sealed).TotalDays;
        if (days <= 0)
        {
            return null;
        }

        double perDay = sets.Skip(1).Sum(set => (double)set.AddedBytes) / days;
        MonthDocument[] months =
        [
            .. sets.Skip(1)
                .GroupBy(set =>
                    TimeZoneInfo.ConvertTime(set.Sealed, zone).ToString("yyyy-MM", CultureInfo.InvariantCulture)
                )
                .OrderBy(month => month.Key, StringComparer.Ordinal)
                .Select(month => new MonthDocument(month.Key, month.Sum(set => set.AddedBytes))),
        ];
        return new GrowthDocument((long)perDay, StatsDocument.PerMonth(perDay), months);
    }
}

/// <param name="Month"><c>2026-11</c>.</param>
public sealed record MonthDocument(string Month, long AddedBytes);

/// <summary>What the repository will be, if it grows on like this and nothing is forgotten.</summary>
/// <param name="Days">From now on; 0: now.</param>
/// <param name="Cost">Of a month, by <c>retention.pricePerGb</c>; absent where that is not set.</param>
public sealed record ForecastDocument(
    int Days,
    long Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Cost
)
{
    public static ForecastDocument Of(int days, long bytes, decimal? pricePerGb) =>
        new(days, bytes, pricePerGb is { } price ? decimal.Round(price * bytes / 1_000_000_000, 2) : null);
}
