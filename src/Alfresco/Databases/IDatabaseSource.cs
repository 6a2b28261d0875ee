using System.Collections.Frozen;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>The database of a live installation. Errors are of kind Source and name the setting to correct.</summary>
public interface IDatabaseSource
{
    /// <summary>
    /// Looks, before any work is done: server reachable, credentials good, rights sufficient, the vendor's tool present
    /// and fit.
    /// </summary>
    /// <exception cref="PermanentException">Wrong credentials, missing database, rights, tool, or a tool older than the
    /// server.</exception>
    /// <exception cref="TransientException">The server cannot be reached, starts up or is full.</exception>
    Task<DatabaseFacts> CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Dumps the whole database with the vendor's own tool and reports every content URL that must exist as a file,
    /// both from one database snapshot. What the callbacks were given counts only if this returns; on any failure it is
    /// void.
    /// </summary>
    /// <param name="dump">Reads the tool's output (SQL text, not compressed) to its end.</param>
    /// <param name="required">Called for each required URL, in no order, one call at a time: before
    /// <paramref name="dump"/> or while it waits in a read, or after it, never beside its other work. A URL may come
    /// twice.</param>
    /// <param name="known">Ranges of ids whose rows need not be given where they are as these say; null: all rows are
    /// given. See <see cref="DumpResult.Withheld"/>.</param>
    /// <param name="nodes">Gets the rows of which a catalogue is made, beside the other callbacks and from another thread;
    /// null: they are not read. See <see cref="DumpResult.NodesFault"/>.</param>
    Task<DumpResult> DumpAsync(
        Func<Stream, CancellationToken, Task> dump,
        Func<RequiredUrl, ValueTask> required,
        RowDigests? known,
        INodeRows? nodes,
        CancellationToken cancellationToken
    );
}

/// <summary>What a look at a database found.</summary>
/// <param name="Vendor"><c>PostgreSQL</c>, <c>MySQL</c> or <c>MariaDB</c>: as the server says, not as the URL
/// does.</param>
/// <param name="Tool">Full path of the tool that would be run.</param>
/// <param name="SizeBytes">The server's own estimate of the database's size on its disk.</param>
/// <param name="Warnings">One line each; nothing here stops a run.</param>
public sealed record DatabaseFacts(
    string Vendor,
    string ServerVersion,
    string Tool,
    string ToolVersion,
    long SizeBytes,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>Of a source: what the warnings say, taken apart.</summary>
    public IReadOnlyList<Notice> Notices { get; init; } = [];

    /// <summary>Of a source: the server's clock when it gave its last answer; null where it was not asked.</summary>
    public DateTimeOffset? Clock { get; init; }

    /// <summary>Of a source: content roots that tenants have of their own (<c>alf_tenant.content_root</c>).</summary>
    public IReadOnlyList<string> TenantRoots { get; init; } = [];

    /// <summary>Of a source: content is encrypted (<c>alf_content_url_encryption</c> has rows).</summary>
    public bool HasEncryptedContent { get; init; }
}

/// <summary>A finished dump.</summary>
/// <param name="Watermark">Null where there is no <c>alf_transaction</c> row.</param>
/// <param name="Rows">Exact row counts of the main tables, in the dump's snapshot.</param>
/// <param name="NotApplicable">Tables that this version of Alfresco does not have.</param>
/// <param name="TenantRoots">Content roots that tenants have of their own (<c>alf_tenant.content_root</c>).</param>
/// <param name="Warnings">What the tool said without failing, one line each.</param>
public sealed record DumpResult(
    string Vendor,
    string ServerVersion,
    string ToolVersion,
    DumpWatermark? Watermark,
    IReadOnlyDictionary<string, long> Rows,
    IReadOnlyList<string> NotApplicable,
    IReadOnlyList<string> TenantRoots,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>PostgreSQL: the schema of Alfresco's tables; null where the vendor has no schemas.</summary>
    public string? Schema { get; init; }

    /// <summary>Of the required rows, in the dump's snapshot; null where they could not be computed.</summary>
    public RowDigests? Digests { get; init; }

    /// <summary>
    /// The ranges of ids whose rows are those that were known before and were not given: what was given of them all the
    /// same comes to these.
    /// </summary>
    public IReadOnlySet<long> Withheld { get; init; } = FrozenSet<long>.Empty;

    /// <summary>
    /// Why the rows of nodes are not whole, and no catalogue can be made of them, a clause; null: they are. Never a reason
    /// for a dump to fail.
    /// </summary>
    public string? NodesFault { get; init; }

    /// <summary>Of the rows of nodes, by range of ids; null where the server cannot compute them.</summary>
    public RowDigests? NodeDigests { get; init; }

    /// <summary>The ranges of ids whose rows of nodes are those that were known before, and were not given.</summary>
    public IReadOnlySet<long> NodesWithheld { get; init; } = FrozenSet<long>.Empty;
}

/// <summary>The newest transaction in the dump: how far the index must be, or may be brought.</summary>
public sealed record DumpWatermark(long TransactionId, long CommitTimeMs);
