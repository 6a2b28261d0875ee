using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Testing.Stores;

/// <summary>
/// A store with an immutability policy, over any other: a blob is kept for some time after it was created, and for as
/// long as it has a legal hold; until then it is neither deleted nor replaced.
/// </summary>
/// <param name="keepsFor">By the clock of <paramref name="time"/>.</param>
public sealed class PolicyBlobStore(IBlobStore inner, TimeSpan keepsFor, TimeProvider time) : IBlobStore
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _held = new(StringComparer.Ordinal);
    private int _refused;

    public string Location => inner.Location;

    public int PreferredBlobLength => inner.PreferredBlobLength;

    /// <summary>Deletions and replacements that were refused so far.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public TimeSpan KeepsFor { get; set; } = keepsFor;

    /// <summary>Each blob has a date of its own, which listings tell and which can be moved to a later one.</summary>
    public bool HasDates { get; init; }

    /// <summary>When it lets go of a blob.</summary>
    public DateTimeOffset? UntilOf(string name) => _until.TryGetValue(name, out DateTimeOffset until) ? until : null;

    public IAsyncEnumerable<BlobItem> ListKeptAsync(string prefix, CancellationToken cancellationToken) =>
        inner
            .ListKeptAsync(prefix, cancellationToken)
            .Select(item => item with { KeptUntil = HasDates ? UntilOf(item.Name) : null });

    public Task<bool> TryKeepAsync(string name, DateTimeOffset until, CancellationToken cancellationToken)
    {
        bool moves = HasDates && _until.TryGetValue(name, out DateTimeOffset before) && before < until;
        if (moves)
        {
            _until[name] = until;
        }

        return Task.FromResult(moves);
    }

    public void Hold(string name) => _held[name] = 0;

    public void Release(string name) => _held.TryRemove(name, out _);

    public async Task<PutOutcome> PutIfAbsentAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        PutOutcome outcome = await inner.PutIfAbsentAsync(name, content, cancellationToken);
        if (outcome == PutOutcome.Created)
        {
            _until[name] = time.GetUtcNow() + KeepsFor;
        }

        return outcome;
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        IsKept(name, out _) ? throw Refusal(name) : inner.PutAsync(name, content, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        IsKept(name, out _) ? throw Refusal(name) : inner.DeleteAsync(name, cancellationToken);

    public Task<BlobDeletion> TryDeleteAsync(string name, CancellationToken cancellationToken) =>
        IsKept(name, out DateTimeOffset? until)
            ? Task.FromResult(BlobDeletion.Kept(until))
            : inner.TryDeleteAsync(name, cancellationToken);

    public Task<int?> ReadAsync(
        string name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    ) => inner.ReadAsync(name, offset, destination, cancellationToken);

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        inner.GetPropertiesAsync(name, cancellationToken);

    public IAsyncEnumerable<BlobItem> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task<bool> AcquireLeaseAsync(
        string name,
        Guid leaseId,
        TimeSpan duration,
        CancellationToken cancellationToken
    ) => inner.AcquireLeaseAsync(name, leaseId, duration, cancellationToken);

    public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
        inner.ReleaseLeaseAsync(name, leaseId, cancellationToken);

    private bool IsKept(string name, out DateTimeOffset? until)
    {
        bool isHeld = _held.ContainsKey(name);
        bool isYoung = _until.TryGetValue(name, out DateTimeOffset end) && end > time.GetUtcNow();
        until = isHeld || !isYoung ? null : end;
        if (isHeld || isYoung)
        {
            Interlocked.Increment(ref _refused);
        }

        return isHeld || isYoung;
    }

    private PermanentException Refusal(string name) =>
        new(ErrorKind.Storage, $"an immutability policy of {Location} keeps '{name}'");
}
