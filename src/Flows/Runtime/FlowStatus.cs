namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>The custom status of every flow: small, replaced as a whole, readable while the flow runs.</summary>
/// <param name="Phase">
/// Of a backup <c>open</c>, <c>check</c>, <c>seeding</c>, <c>index-window</c>, <c>index</c>, <c>database</c>, <c>files</c>, <c>consistency</c>, <c>seal</c>, <c>close</c>;
/// of a restore <c>prepare</c>, <c>files</c>, <c>directories</c>, <c>database</c>, <c>check</c>, <c>finish</c>; of a verification <c>structure</c>, <c>data</c>.
/// </param>
/// <param name="Detail">What is waited for, or what is being read.</param>
/// <param name="FilesTotal">As far as it is known beforehand; 0 where it is not.</param>
/// <param name="BytesTotal">As far as it is known beforehand; 0 where it is not.</param>
/// <param name="BytesPerSecond">Since the phase began; 0 where unknown.</param>
/// <param name="EstimatedEnd">Null where unknown.</param>
public sealed record FlowStatus(
    string Phase,
    string? Detail,
    long FilesDone,
    long FilesTotal,
    long BytesDone,
    long BytesTotal,
    double BytesPerSecond = 0,
    DateTimeOffset? EstimatedEnd = null);
