using System.Globalization;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>
/// A run as one line of a terminal, whatever its width: label, bar, share, counts. Plain characters, so that the bar is
/// seen to move without colours too.
/// </summary>
internal static class ProgressLine
{
    private const int BarWidth = 16;
    private const int NarrowestWithBar = 60;

    /// <param name="tick">Moves the block of a bar whose end is not known.</param>
    public static string Of(RunSnapshot now, int width, int tick)
    {
        string bar =
            width < NarrowestWithBar ? string.Empty
            : now.Fraction is { } done ? Bar(done) + " "
            : Wandering(tick) + " ";
        string share = now.Fraction is { } fraction
            ? (Math.Floor(fraction * 100)).ToString("0", CultureInfo.InvariantCulture).PadLeft(3) + " %  "
            : " ";
        string label = Cut(now.Label, Math.Max(8, (width / 3) - 1)) + " ";
        string counts = now.Counts(Math.Max(0, width - label.Length - bar.Length - share.Length));

        // What is waited for has no counts, and is worth the whole line.
        return counts.Length == 0 && now.Fraction is null
            ? Cut(bar + now.Label, width)
            : Cut(label + bar + share + counts, width);
    }

    private static string Bar(double fraction)
    {
        int done = (int)(fraction * BarWidth);
        string filled = new string('=', done) + (done < BarWidth ? ">" : string.Empty);
        return $"[{filled.PadRight(BarWidth)}]";
    }

    private static string Wandering(int tick)
    {
        const string Block = "<=>";
        int room = BarWidth - Block.Length;
        int place = tick % (2 * room);
        return $"[{(new string(' ', place <= room ? place : (2 * room) - place) + Block).PadRight(BarWidth)}]";
    }

    private static string Cut(string text, int width) =>
        text.Length <= width ? text : text[..Math.Max(0, width - 1)] + "…";
}
