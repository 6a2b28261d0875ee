namespace AlfrescoBackupFlows.Flows.Drill.Records;

/// <summary>
/// What a drill is about to make, written down in the state directory before it does: whoever comes after a killed one
/// removes that, and nothing else.
/// </summary>
/// <param name="Owner">The installation and repository whose drill it is; those of others may be at work.</param>
/// <param name="DatabaseDone">It is dropped, or empty again, and nobody's any more.</param>
public sealed record DrillTrace(DrillWork Work, string Owner, bool DatabaseDone);
