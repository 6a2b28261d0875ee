namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

public enum SearchIndexAction
{
    /// <summary>The copy is whole, and the job will not fire before the index and database phases are done.</summary>
    Proceed,

    /// <summary>Look again at <see cref="SearchIndexDecision.Until"/>.</summary>
    WaitUntil,

    /// <summary>The run must end as busy.</summary>
    Refuse,
}

/// <param name="Reason">One line; null when proceeding.</param>
/// <param name="Until">When waiting: when to look again.</param>
public sealed record SearchIndexDecision(SearchIndexAction Action, string? Reason, DateTimeOffset? Until);
