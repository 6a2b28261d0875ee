using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>Where a run is at one moment.</summary>
/// <param name="FilesTotal">As expected from the set before, or from the database; 0 where unknown.</param>
/// <param name="BytesTotal">As expected from the set before, or from the database; 0 where unknown.</param>
/// <param name="BytesPerSecond">Over the last half minute, or the last minutes.</param>
/// <param name="Remaining">Null where unknown.</param>
internal sealed record RunSnapshot(
    string Phase,
    string? Detail,
    long Files,
    long FilesTotal,
    long Bytes,
    long BytesTotal,
    double BytesPerSecond,
    TimeSpan? Remaining
)
{
    /// <summary>0 to 1; null where the total is unknown, or was passed and is not one any more.</summary>
    public double? Fraction => BytesTotal > 0 && Bytes <= BytesTotal ? (double)Bytes / BytesTotal : null;

    public string Label => Detail is null ? Phase : $"{Phase} ({Detail})";

    /// <summary>One line for a log.</summary>
    public string ToLine() => Counts(int.MaxValue) is { Length: > 0 } counts ? $"{Label}: {counts}" : Label;

    /// <summary>
    /// Files, bytes, rate and time left, as far as they are known and fit into so many columns; what matters least is
    /// left out first.
    /// </summary>
    public string Counts(int width)
    {
        (int Weight, string Text)[] parts = [.. Parts()];
        for (int least = 1; least <= 4; least++)
        {
            string text = string.Join(", ", parts.Where(part => part.Weight >= least).Select(part => part.Text));
            if (text.Length <= width)
            {
                return text;
            }
        }

        return string.Empty;
    }

    private IEnumerable<(int Weight, string Text)> Parts()
    {
        if (Files > 0 || FilesTotal > 0)
        {
            yield return (
                2,
                FilesTotal >= Files
                    ? $"{Amounts.Count(Files)} of ~{Amounts.Count(FilesTotal, "file")}"
                    : Amounts.Count(Files, "file")
            );
        }

        if (Bytes > 0)
        {
            yield return (
                3,
                BytesTotal >= Bytes ? $"{Amounts.Bytes(Bytes)} of ~{Amounts.Bytes(BytesTotal)}" : Amounts.Bytes(Bytes)
            );
        }

        if (BytesPerSecond >= 1)
        {
            yield return (1, $"{Amounts.Bytes(BytesPerSecond)}/s");
        }

        if (Remaining is { } remaining)
        {
            yield return (4, $"{Units.Duration(remaining)} left");
        }
    }
}
