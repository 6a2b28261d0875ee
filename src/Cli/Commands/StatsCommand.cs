using System.CommandLine;
using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary><c>abf stats</c>: what each set takes up, how the repository grows, and what it will come to.</summary>
internal static class StatsCommand
{
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
        StatsDocument document = StatsDocument.Of(
            use,
            opened.Head,
            opened.Sets,
            InstallationZone.Of(context.Options.Installation),
            context.Options.Retention.PriceOfGb()
        );
        context.Result.Write(document, CliJson.Relaxed.StatsDocument, writer => WriteText(document, writer));
        return ExitCodes.Done;
    }

    private static void WriteText(StatsDocument stats, TextWriter writer)
    {
        var table = new TextTable("SET", "SEALED", "FILES", "BYTES", "ADDED", "UNIQUE");
        foreach (SetStatsDocument set in stats.Sets)
        {
            table.Add(
                set.Id,
                Units.Time(set.Sealed),
                Amounts.Count(set.Files),
                Amounts.Bytes(set.Bytes),
                Amounts.Bytes(set.AddedBytes),
                Amounts.Bytes(set.UniqueBytes)
            );
        }

        table.WriteTo(writer, 2, 3, 4, 5);
        writer.WriteLine(
            $"{Amounts.Count(stats.Sets.Length, "set")} of {Amounts.Bytes(stats.Bytes)}; {Amounts.Bytes(stats.StoredBytes)} "
                + $"stored in {Amounts.Count(stats.Packs, "pack")}, {Amounts.Bytes(stats.UnusedBytes)} of them unused"
        );
        if (stats.Growth is { } growth)
        {
            writer.WriteLine(
                $"grows by {Amounts.Bytes(growth.PerDay)} a day, {Amounts.Bytes(growth.PerMonth)} a month"
            );
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
            writer.WriteLine($"{when}: {Amounts.Bytes(forecast.Bytes)}{cost}");
        }
    }
}
