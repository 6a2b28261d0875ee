using System.Globalization;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The <c>retention</c> section: which sets are kept, and when what nobody needs is given back. With a rule to
/// keep by, both happen by themselves after a backup.</summary>
public sealed class RetentionOptions
{
    /// <summary>The newest sets.</summary>
    public int? KeepLast { get; set; }

    /// <summary>Sets that are no older than this, counted from the newest.</summary>
    public TimeSpan? KeepWithin { get; set; }

    /// <summary>The newest set of each of so many days.</summary>
    public int? KeepDaily { get; set; }

    /// <summary>The newest set of each of so many weeks.</summary>
    public int? KeepWeekly { get; set; }

    /// <summary>The newest set of each of so many months.</summary>
    public int? KeepMonthly { get; set; }

    /// <summary>The newest set of each of so many years.</summary>
    public int? KeepYearly { get; set; }

    /// <summary>How often a backup is followed by a prune.</summary>
    public TimeSpan PruneEvery { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The part of the stored bytes that a prune may leave unused, such as <c>5%</c>.</summary>
    public string MaxUnused { get; set; } = "5%";

    /// <summary>
    /// After a prune, what the sets need is protected for so long on a store whose blobs have dates of protection; at
    /// least half as long until the next one.
    /// </summary>
    public TimeSpan? ProtectFor { get; set; }

    /// <summary>What a GB of storage costs a month, for the forecast of <c>abf stats</c>; a number such as
    /// <c>0.02</c>.</summary>
    public string? PricePerGb { get; set; }

    /// <summary>The price as a number; null where none is set.</summary>
    public decimal? PriceOfGb() => PricePerGb is { } text && TryParsePrice(text, out decimal price) ? price : null;

    /// <summary>Percent from 0% to 100%, as a part of 1.</summary>
    public static bool TryParsePart(string text, out double part)
    {
        part = 0;
        bool fits =
            text.EndsWith('%')
            && double.TryParse(
                text.AsSpan(0, text.Length - 1),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out part
            )
            && part <= 100;
        part /= 100;
        return fits;
    }

    /// <summary>A price, in whatever money.</summary>
    public static bool TryParsePrice(string text, out decimal price) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out price);
}
