namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>The custom status of every flow: small, replaced as a whole, readable while the flow runs.</summary>
/// <param name="Phase">One of <see cref="Phases"/>.</param>
/// <param name="Detail">What is waited for, or what is being read.</param>
/// <param name="FilesTotal">As far as it is known beforehand; 0 where it is not.</param>
/// <param name="BytesTotal">As far as it is known beforehand; 0 where it is not.</param>
/// <param name="BytesPerSecond">Over the last minutes of the phase; 0 where unknown.</param>
/// <param name="EstimatedEnd">Null where unknown.</param>
public sealed record FlowStatus(
    string Phase,
    string? Detail = null,
    long FilesDone = 0,
    long FilesTotal = 0,
    long BytesDone = 0,
    long BytesTotal = 0,
    double BytesPerSecond = 0,
    DateTimeOffset? EstimatedEnd = null
);
