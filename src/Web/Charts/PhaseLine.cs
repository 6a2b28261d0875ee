using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Charts;

/// <summary>The phases of a set from its beginning to its seal, each a row of its own, so that their order shows.</summary>
internal static class PhaseLine
{
    private const int Width = 300;
    private const int RowHeight = 8;

    public static Html Render(PhaseDocument[] phases, DateTime started, DateTime ended)
    {
        if (phases.Length == 0)
        {
            return Html.Empty;
        }

        double all = Math.Max(1, (ended - started).TotalMilliseconds);
        IEnumerable<Html> rows = phases.Select(
            (phase, i) =>
            {
                int from = At(phase.Started);
                int width = Math.Max(2, At(phase.Ended) - from);
                return Html.Of(
                    $"""
                    <rect class="{ClassOf(phase.Name)}" x="{Math.Min(from, Width - 2)}" y="{i * RowHeight}"
                    width="{width}" height="{RowHeight - 2}"><title>{Words(phase)}</title></rect>
                    """
                );
            }
        );
        return Html.Of(
            $"""
            <svg class="phases" viewBox="0 0 {Width} {phases.Length * RowHeight}" role="img"
            aria-label="{string.Join(", ", phases.Select(Words))}">{rows}</svg>
            """
        );

        int At(DateTime time) => (int)Math.Clamp((time - started).TotalMilliseconds / all * Width, 0, Width);
    }

    private static string Words(PhaseDocument phase) => $"{phase.Name} {Show.Duration(phase.Ended - phase.Started)}";

    private static string ClassOf(string phase) => phase is "index" or "database" or "files" ? phase : "other";
}
