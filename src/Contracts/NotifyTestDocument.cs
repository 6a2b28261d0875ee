namespace AlfrescoBackupFlows.Contracts;

/// <summary>A row of <c>abf notify test --json</c>.</summary>
/// <param name="Channel"><c>ping</c>, <c>webhook</c> or <c>mail</c>.</param>
/// <param name="Told">It took the test.</param>
/// <param name="Fault">Why not; null where it did.</param>
public sealed record NotifyTestDocument(string Channel, bool Told, string? Fault);
