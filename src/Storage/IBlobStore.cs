namespace AlfrescoBackupFlows.Storage;

/// <summary>
/// A flat name space of blobs: all that a repository asks of a storage service. Names are relative, use <c>/</c>
/// between parts, and may hold any character but U+0000 and <c>\</c>; no part is empty, <c>.</c> or <c>..</c>, no
/// blob's name is the directory of another's, and case matters. A name that breaks this is an <see
/// cref="ArgumentException"/>. Every method may be called concurrently.
/// Failures are <see cref="TransientException"/> or <see cref="PermanentException"/> of kind
/// <see cref="ErrorKind.Storage"/>, naming the store and how to fix it.
/// </summary>
public interface IBlobStore
{
    /// <summary>Where this is, for messages: a URL or a path, without any secret.</summary>
    string Location { get; }

    /// <summary>
    /// About how many bytes a blob should have where the writer can choose: longer ones are fewer requests, shorter ones
    /// are stored while the next one is filled, and take less memory.
    /// </summary>
    int PreferredBlobLength => 32 << 20;

    /// <summary>
    /// Creates the blob if no blob of this name exists. The blob appears whole or not at all, and is durable when the
    /// call returns. A retry after a lost answer may report <see cref="PutOutcome.AlreadyExists"/> for the caller's own
    /// bytes: compare them.
    /// </summary>
    Task<PutOutcome> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Creates or replaces a blob. For the few mutable blobs of the control store only.</summary>
    Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Reads from <paramref name="offset"/> into <paramref name="destination"/> until it is full or the blob ends.
    /// Returns the number of bytes read, or null where no such blob exists. An offset at or past the end reads 0.
    /// </summary>
    Task<int?> ReadAsync(string name, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Length in bytes and creation time by the store's clock; null where no such blob exists.</summary>
    Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// The blobs whose name starts with <paramref name="prefix"/>, in ascending ordinal order of their UTF-8 names,
    /// fetched page by page. A blob created or deleted meanwhile may or may not be seen.
    /// </summary>
    IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>The same with <see cref="BlobItem.KeptUntil"/>, where the store knows such dates.</summary>
    IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(prefix, cancellationToken);

    /// <summary>
    /// Has a blob that is protected until a date of its own protected until a later one. Returns false where the store
    /// has no such dates, or does not move this one; a blob that is gone is false as well.
    /// </summary>
    Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    /// <summary>Deletes a blob. Returns false where it did not exist.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a blob where the store lets go of it. That an immutability policy or a legal hold keeps it is an answer
    /// here, not a failure.
    /// </summary>
    async Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        await DeleteAsync(name, cancellationToken) ? BlobDeletion.Deleted : BlobDeletion.Absent;

    /// <summary>
    /// The same for many blobs, in any order: with fewer waits than one after the other, where the store can. What was
    /// deleted when one fails stays so.
    /// </summary>
    /// <returns>What became of each, in the order of the names.</returns>
    async Task<IReadOnlyList<BlobDeletion>> TryDeleteAllAsync(
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        const int AtOnce = 8;
        var deletions = new BlobDeletion[names.Count];
        await Parallel.ForAsync(
            0,
            names.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, token) => deletions[i] = await TryDeleteAsync(names[i], token)
        );
        return deletions;
    }

    /// <summary>
    /// Takes the lease on a name, or renews it where <paramref name="leaseId"/> holds it already. Returns false where
    /// another holds it. The blob is created (empty) if absent. <paramref name="duration"/> is 15 to 60 s (Azure's
    /// bounds); the lease ends by itself.
    /// The blob of a lease holds nothing: while it is leased, some stores refuse to write or delete it.
    /// </summary>
    Task<bool> AcquireLeaseAsync(string name, Guid leaseId, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>
    /// Of a lease that another holds, one phrase for messages: where it is, who holds it and until when, as far as that
    /// can be known, and what to do where nobody is running.
    /// </summary>
    Task<string> DescribeLeaseAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult($"the lease is '{name}' at {Location}");

    /// <summary>Gives the lease back. Returns false where <paramref name="leaseId"/> did not hold it.</summary>
    Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken);
}

/// <summary>What a conditional create did.</summary>
public enum PutOutcome
{
    Created,
    AlreadyExists,
}

/// <summary>What became of a blob that was to be deleted.</summary>
/// <param name="IsGone">It does not exist any more.</param>
/// <param name="WasThere">This call has deleted it, or it is still there.</param>
/// <param name="Until">
/// When the store lets go of one that it keeps, by its clock; null where it does not say, such as under a legal hold.
/// </param>
public sealed record BlobDeletion(bool IsGone, bool WasThere, DateTimeOffset? Until = null)
{
    public static readonly BlobDeletion Deleted = new(IsGone: true, WasThere: true);
    public static readonly BlobDeletion Absent = new(IsGone: true, WasThere: false);

    public static BlobDeletion Kept(DateTimeOffset? until) => new(IsGone: false, WasThere: true, until);
}

/// <param name="Length">Bytes.</param>
/// <param name="Created">Creation time by the store's clock.</param>
public sealed record BlobProperties(long Length, DateTimeOffset Created);

/// <param name="Name">The whole name, prefix included.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Created">Creation time by the store's clock.</param>
public sealed record BlobItem(string Name, long Length, DateTimeOffset Created)
{
    /// <summary>
    /// Until when the store neither deletes nor replaces it, by the store's clock; null where it has no such date, or
    /// the listing does not say.
    /// </summary>
    public DateTimeOffset? KeptUntil { get; init; }

    /// <summary>The MD5 of the bytes, 16 of its own, where the store keeps one; else empty.</summary>
    public ReadOnlyMemory<byte> ContentMd5 { get; init; }
}
