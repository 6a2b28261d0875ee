using AlfrescoBackupFlows.Cli.Output;

namespace AlfrescoBackupFlows.Cli.Progress;

/// <summary>Where a run is at one moment.</summary>
/// <param name="FilesTotal">As expected from the set before; 0 where unknown.</param>
/// <param name="BytesTotal">As expected from the set before; 0 where unknown.</param>
/// <param name="BytesPerSecond">Smoothed over some seconds.</param>
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
    /// <summary>0 to 1; null where the total is unknown.</summary>
    public double? Fraction => BytesTotal > 0 ? Math.Min(1, (double)Bytes / BytesTotal) : null;

    /// <summary>One line for a log.</summary>
    public string ToLine()
    {
        string label = Detail is null ? Phase : $"{Phase} ({Detail})";
        return Counts() is { Length: > 0 } counts ? $"{label}: {counts}" : label;
    }

    /// <summary>
    /// Files, bytes, rate and time left, as far as they are known; an expected total that was passed is not one any
    /// more.
    /// </summary>
    public string Counts()
    {
        var parts = new List<string>();
        if (Files > 0 || FilesTotal > 0)
        {
            string total = FilesTotal >= Files ? $" of ~{Units.Count(FilesTotal)}" : string.Empty;
            parts.Add($"{Units.Count(Files)}{total} files");
        }

        if (Bytes > 0)
        {
            parts.Add(BytesTotal >= Bytes ? $"{Units.Bytes(Bytes)} of ~{Units.Bytes(BytesTotal)}" : Units.Bytes(Bytes));
        }

        if (BytesPerSecond >= 1)
        {
            parts.Add($"{Units.Bytes(BytesPerSecond)}/s");
        }

        if (Remaining is { } remaining)
        {
            parts.Add($"{Units.Duration(remaining)} left");
        }

        return string.Join(", ", parts);
    }
}
