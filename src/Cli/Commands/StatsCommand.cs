using System.CommandLine;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf stats</c>: what each set takes up, how the repository grows, and what it will come to.</summary>
internal static class StatsCommand
{
    private const double DaysOfMonth = 365.25 / 12;
    private static readonly int[] Forecasts = [0, 30, 365];

    public static Command Create(CommandRunner runner)
    {
        Option<string?> expected = ExpectedHead.NewOption();
        var command = new DocumentedCommand(
            "stats",
            "Show what each set takes up, how the repository grows, and what it will come to.",
            "abf stats --json",
            ExitCodes.Done,
            ExitCodes.Usage,
            ExitCodes.Storage,
            ExitCodes.Repository
        )
        {
            expected,
        };
        command.SetAction(parsed => runner.RunAsync(parsed, context => RunAsync(context, parsed.GetValue(expected))));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? expected)
    {
        await using OpenedRepository opened = await OpenedRepository.OpenAsync(context, expected);
        RepositoryUse use = await RepositoryUse.ReadAsync(opened.Repository, opened.Head.State, context.Stop);
        HashSet<RunId> own = [.. opened.Sets.Select(set => set.Id)];
        SetUse[] sets = [.. use.Sets.Where(set => own.Contains(set.Set.Id))];
        GrowthDocument? growth = GrowthOf(sets, InstallationZone.Of(context.Options.Installation));
        decimal? price =
            context.Options.Retention.PricePerGb is { } text && RetentionOptions.TryParsePrice(text, out decimal parsed)
                ? parsed
                : null;
        var document = new StatsDocument(
            [.. sets.Reverse().Select(Describe)],
            sets.Sum(set => set.Set.Files),
            sets.Sum(set => set.Set.Bytes),
            sets.Sum(set => set.Set.AddedBytes),
            use.Packs,
            use.StoredBytes,
            use.UnusedBytes,
            growth,
            new HeadDocument(opened.Head.Sequence, opened.Head.Sha256),
            [.. Forecasts.Select(days => Forecast(days, use.StoredBytes + ((growth?.PerDay ?? 0) * days), price))]
        );
        context.Result.Write(document, CliJson.Relaxed.StatsDocument, writer => WriteText(document, writer));
        return ExitCodes.Done;
    }

    private static SetStatsDocument Describe(SetUse set) =>
        new(
            set.Set.Id.ToString(),
            set.Set.Installation,
            set.Set.Sealed.UtcDateTime,
            set.Set.Files,
            set.Set.Bytes,
            set.Set.AddedBytes,
            set.UniqueBytes
        );

    /// <summary>The first set is the whole installation, and no growth.</summary>
    private static GrowthDocument? GrowthOf(SetUse[] sets, TimeZoneInfo zone)
    {
        double days = sets.Length < 2 ? 0 : (sets[^1].Set.Sealed - sets[0].Set.Sealed).TotalDays;
        if (days <= 0)
        {
            return null;
        }

        SetSummary[] later = [.. sets.Skip(1).Select(set => set.Set)];
        double perDay = later.Sum(set => (double)set.AddedBytes) / days;
        MonthDocument[] months =
        [
            .. later
                .GroupBy(set =>
                    TimeZoneInfo.ConvertTime(set.Sealed, zone).ToString("yyyy-MM", CultureInfo.InvariantCulture)
                )
                .OrderBy(month => month.Key, StringComparer.Ordinal)
                .Select(month => new MonthDocument(month.Key, month.Sum(set => set.AddedBytes))),
        ];
        return new GrowthDocument((long)perDay, (long)(perDay * DaysOfMonth), months);
    }

    private static ForecastDocument Forecast(int days, long bytes, decimal? price) =>
        new(days, bytes, price is { } perGb ? decimal.Round(perGb * bytes / 1_000_000_000, 2) : null);

    private static void WriteText(StatsDocument stats, TextWriter writer)
    {
        var table = new TextTable("SET", "SEALED", "FILES", "BYTES", "ADDED", "UNIQUE");
        foreach (SetStatsDocument set in stats.Sets)
        {
            table.Add(
                set.Id,
                Units.Time(set.Sealed),
                Units.Count(set.Files),
                Units.Bytes(set.Bytes),
                Units.Bytes(set.AddedBytes),
                Units.Bytes(set.UniqueBytes)
            );
        }

        table.WriteTo(writer, 2, 3, 4, 5);
        writer.WriteLine(
            $"{Units.Count(stats.Sets.Length, "set")} of {Units.Bytes(stats.Bytes)}; {Units.Bytes(stats.StoredBytes)} "
                + $"stored in {Units.Count(stats.Packs, "pack")}, {Units.Bytes(stats.UnusedBytes)} of them unused"
        );
        if (stats.Growth is { } growth)
        {
            writer.WriteLine($"grows by {Units.Bytes(growth.PerDay)} a day, {Units.Bytes(growth.PerMonth)} a month");
        }

        foreach (
            ForecastDocument forecast in stats.Forecast.Where(f =>
                f.Days > 0 ? stats.Growth is not null : f.Cost is not null
            )
        )
        {
            string when = forecast.Days == 0 ? "now" : $"in {forecast.Days} days";
            string cost = forecast.Cost is { } money
                ? string.Create(CultureInfo.InvariantCulture, $", {money} a month")
                : string.Empty;
            writer.WriteLine($"{when}: {Units.Bytes(forecast.Bytes)}{cost}");
        }
    }
}
