using System.Globalization;
using Spectre.Console;

namespace AlfrescoBackupFlows.Demo;

/// <summary>What was done, how fast, how much was stored, and whether it agreed.</summary>
internal sealed class DemoReport
{
    private readonly Table _steps = new Table().AddColumns(
        "step",
        "time",
        "files",
        "content",
        "rate",
        "added to the store"
    );
    private readonly Table _comparisons = new Table().AddColumns("compared", "files alike", "result");

    public void Add(string step, TimeSpan time, long? files = null, long? bytes = null, long? added = null) =>
        _steps.AddRow(
            step,
            string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:f1} s"),
            files?.ToString("n0", CultureInfo.InvariantCulture) ?? string.Empty,
            Megabytes(bytes),
            bytes is { } b
                ? string.Create(CultureInfo.InvariantCulture, $"{b / 1e6 / time.TotalSeconds:f0} MB/s")
                : string.Empty,
            Megabytes(added)
        );

    public void Compare(string what, int? files, IReadOnlyList<string> differences) =>
        _comparisons.AddRow(
            Markup.Escape(what),
            files?.ToString("n0", CultureInfo.InvariantCulture) ?? string.Empty,
            differences.Count == 0 ? "equal" : Markup.Escape(string.Join('\n', differences))
        );

    public void Print(IAnsiConsole console)
    {
        console.Write(_steps);
        console.Write(_comparisons);
    }

    private static string Megabytes(long? bytes) =>
        bytes is { } b ? string.Create(CultureInfo.InvariantCulture, $"{b / 1e6:n1} MB") : string.Empty;
}
