namespace AlfrescoBackupFlows.Contracts;

/// <summary>What <c>abf notify summary</c> told.</summary>
/// <param name="Told">Somebody took it.</param>
public sealed record NotifySummaryDocument(string Title, string[] Lines, bool Told);
