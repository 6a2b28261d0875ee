namespace AlfrescoBackupFlows.Flows.Repair;

/// <param name="Mirror">A copy of the repository, written as <c>repository.url</c>; null: none.</param>
/// <param name="ConnectionStringFile">For it; null: as the repository is opened.</param>
/// <param name="IsLive">Files are read from the installation.</param>
/// <param name="ReadsData">Every pack is read.</param>
/// <param name="IsDryRun">Nothing is written.</param>
public sealed record RepairRequest(
    string? Mirror,
    string? ConnectionStringFile,
    bool IsLive,
    bool ReadsData,
    bool IsDryRun
);
