namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>How far a repair goes, and what it may take from where.</summary>
public sealed record RepairOptions
{
    /// <summary>Another store of the same repository, open; null: none.</summary>
    public BackupRepository? Mirror { get; init; }

    /// <summary>The live installation; null: nothing is read of it.</summary>
    public IDocumentSupply? Live { get; init; }

    /// <summary>Every pack is read; otherwise those alone are noticed that are missing or cut.</summary>
    public bool ReadsData { get; init; } = true;

    /// <summary>Nothing is written.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Told of each pack that was read and its bytes, from several threads.</summary>
    public Action<long>? OnRead { get; init; }
}
