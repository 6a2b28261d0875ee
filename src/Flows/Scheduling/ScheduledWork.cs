namespace AlfrescoBackupFlows.Flows.Scheduling;

/// <summary>One thing that a host does by itself, and when.</summary>
/// <param name="Name"><c>backup</c>, <c>forget</c>, <c>prune</c>, <c>mirror.0</c> and so on, <c>verify</c>, <c>drill</c>
/// or <c>summary</c>.</param>
/// <param name="Setting">The setting that says when.</param>
/// <param name="When">A cron expression, a duration such as <c>7d</c>, or <c>after each backup</c>.</param>
/// <param name="Last">When it came to its end last; null: not known, or never.</param>
/// <param name="Next">When it is next, at the earliest; one that has passed: it is due now. Null: <paramref name="Note"/>
/// says why.</param>
/// <param name="Note">What there is to say besides; null: nothing.</param>
public sealed record ScheduledWork(
    string Name,
    string Setting,
    string When,
    DateTimeOffset? Last,
    DateTimeOffset? Next,
    string? Note
);
