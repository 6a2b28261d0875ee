namespace AlfrescoBackupFlows.Repository;

/// <summary>What was deleted.</summary>
/// <param name="Bytes">Of the packs.</param>
public readonly record struct FreedStorage(long Packs, long Bytes)
{
    public static readonly FreedStorage None;

    public static FreedStorage operator +(FreedStorage left, FreedStorage right) =>
        new(left.Packs + right.Packs, left.Bytes + right.Bytes);
}
