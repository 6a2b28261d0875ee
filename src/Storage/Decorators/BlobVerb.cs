namespace AlfrescoBackupFlows.Storage.Decorators;

/// <summary>The requests of a store, one for each method of <see cref="IBlobStore"/>; a listing is one, whatever its
/// pages.</summary>
public enum BlobVerb
{
    PutIfAbsent,
    Put,
    Read,
    GetProperties,
    List,
    Delete,
    AcquireLease,
    ReleaseLease,
}
