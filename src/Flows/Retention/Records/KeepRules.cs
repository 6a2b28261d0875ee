using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Flows.Retention.Records;

/// <summary>Which sets of an installation are kept: what any of the rules keeps. Null: the rule is not given.</summary>
/// <param name="Within">Counted from the newest set.</param>
public sealed record KeepRules(int? Last, TimeSpan? Within, int? Daily, int? Weekly, int? Monthly, int? Yearly)
{
    /// <summary>None is given.</summary>
    public static readonly KeepRules None = new(null, null, null, null, null, null);

    /// <summary>Nothing would be kept by them.</summary>
    public bool IsEmpty =>
        (Last ?? 0) == 0
        && Within is null
        && (Daily ?? 0) == 0
        && (Weekly ?? 0) == 0
        && (Monthly ?? 0) == 0
        && (Yearly ?? 0) == 0;

    public static KeepRules Of(RetentionOptions options) =>
        new(
            options.KeepLast,
            options.KeepWithin,
            options.KeepDaily,
            options.KeepWeekly,
            options.KeepMonthly,
            options.KeepYearly
        );
}

/// <summary>Why a set is kept, as <c>forget</c> says it.</summary>
public static class KeepReasons
{
    public const string Last = "last";
    public const string Within = "within";
    public const string Daily = "daily";
    public const string Weekly = "weekly";
    public const string Monthly = "monthly";
    public const string Yearly = "yearly";
    public const string Pinned = "pinned";

    /// <summary>The newest consistent set of its installation is never forgotten.</summary>
    public const string NewestConsistent = "newest-consistent";

    /// <summary>A restore, a verification or a backup reads it.</summary>
    public const string InUse = "in-use";

    /// <summary>It was imported from a file, and is forgotten by name alone.</summary>
    public const string Imported = "imported";

    /// <summary>Sets were named, and this is none of them.</summary>
    public const string NotNamed = "not-named";
}
