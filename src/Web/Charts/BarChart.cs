using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Charts;

/// <param name="Words">The value as people read it.</param>
internal sealed record Bar(DateTime Time, double Value, string Words);

/// <summary>A bar for each of some values, by attributes alone, with the largest value and the two times as text.</summary>
internal static class BarChart
{
    private const int Width = 600;
    private const int Height = 120;
    private const int Widest = 40;

    public static Html Render(string title, IEnumerable<Bar> values)
    {
        Bar[] bars = [.. values];
        if (bars.Length == 0)
        {
            return Html.Of($"<figure><figcaption>{title}</figcaption><p>There is no set yet.</p></figure>");
        }

        double max = Math.Max(1, bars.Max(bar => bar.Value));
        int step = Width / bars.Length;
        IEnumerable<Html> drawn = bars.Select(
            (bar, i) =>
            {
                int height = Math.Max(1, (int)(bar.Value / max * Height));
                return Html.Of(
                    $"""
                    <rect x="{i * step}" y="{Height - height}" width="{Math.Clamp(
                        step - 2,
                        1,
                        Widest
                    )}" height="{height}">
                    <title>{Show.Text(bar.Time)}: {bar.Words}</title></rect>
                    """
                );
            }
        );
        Bar largest = bars.MaxBy(bar => bar.Value)!;
        string said =
            $"{title}: {bars.Length} values from {Show.Text(bars[0].Time)} to {Show.Text(bars[^1].Time)}; "
            + $"the last is {bars[^1].Words}, the largest {largest.Words}";
        return Html.Of(
            $"""
            <figure><figcaption>{title} <span class="hint">last {bars[
                ^1
            ].Words}, largest {largest.Words}</span></figcaption>
            <svg class="bars" viewBox="0 0 {Width} {Height}" role="img" aria-label="{said}">{drawn}</svg>
            <p class="hint axis"><span>{Show.Text(bars[0].Time)}</span><span>{Show.Text(
                bars[^1].Time
            )}</span></p></figure>
            """
        );
    }
}
