namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>The database that a restore fills. Errors are of kind Target.</summary>
public interface IDatabaseTarget
{
    /// <summary>Looks before anything is written: reachable, of the dump's vendor, empty, the tool present.</summary>
    /// <param name="dump">Of the set. A target older than its server is a warning, and so is a dump tool with a known
    /// fault.</param>
    /// <exception cref="PermanentException">Not empty (names the database), another vendor, wrong credentials, missing
    /// tool.</exception>
    Task<DatabaseFacts> CheckEmptyAsync(DumpOrigin dump, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the dump through, before hours are spent on files: that it is whole, and that the target has what it
    /// names (roles, extensions, settings, character sets). All that is lacking is said at once.
    /// </summary>
    /// <param name="writeDump">As in <see cref="RestoreAsync"/>.</param>
    /// <returns>Warnings.</returns>
    /// <exception cref="PermanentException">Something is lacking, a line for each; of kind Repository where it is the
    /// dump that is not whole.</exception>
    Task<IReadOnlyList<string>> CheckDumpAsync(
        DumpOrigin dump,
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Called after an attempt of the same restore was killed. The vendor's client outlives it and works on with what
    /// it had read: it is ended. True where a restore may begin, which is also so for what the attempt left half done;
    /// false where its dump is in.
    /// </summary>
    Task<bool> TakeOverAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Feeds a dump to the vendor's own client. Either all of it is there afterwards or this throws: PostgreSQL is left
    /// empty then (one transaction); MySQL and MariaDB cannot take back DDL, so a half-restored database is marked and
    /// the next attempt starts it over.
    /// </summary>
    /// <param name="writeDump">Writes the dump, all of it, into the stream and returns; does not dispose it.</param>
    Task<DatabaseRestoreResult> RestoreAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    );

    /// <summary>Reports every content URL that the restored database requires as a file, in no order.</summary>
    Task ReadRequiredAsync(Func<RequiredUrl, ValueTask> required, CancellationToken cancellationToken);

    /// <summary>Exact row counts of a restored database.</summary>
    /// <param name="tables">Names as <see cref="DumpResult.Rows"/> has them.</param>
    /// <returns>Of those that are there.</returns>
    Task<IReadOnlyDictionary<string, long>> CountRowsAsync(
        IReadOnlyCollection<string> tables,
        CancellationToken cancellationToken
    );

    /// <summary>Which nodes of a restored database use content URLs.</summary>
    /// <param name="urls">Row ids in <c>alf_content_url</c>; a handful.</param>
    Task<IReadOnlyList<ContentNode>> FindNodesAsync(
        IReadOnlyCollection<long> urls,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Whether what is in it, be it half of a dump, came from a restore with this connection's
    /// <see cref="DatabaseConnection.Mark"/>. What that restore left running is ended first; the work of others is not.
    /// </summary>
    Task<bool> IsMarkedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Empties a database that the caller has filled by a restore, and ends what the restore left running in it. May be
    /// called again, and on an empty one.
    /// </summary>
    /// <exception cref="PermanentException">Something in it cannot be dropped.</exception>
    Task ClearAsync(CancellationToken cancellationToken);
}

/// <summary>A node that uses a content URL.</summary>
/// <param name="UrlId">Row id in <c>alf_content_url</c>.</param>
/// <param name="NodeRef">Such as <c>workspace://SpacesStore/UUID</c>.</param>
/// <param name="Property">The local name of the property that holds the content.</param>
/// <param name="Path">The names from the store's root down to the node, with slashes; the node's own name where nothing
/// else is known, null where it has none.</param>
public sealed record ContentNode(long UrlId, string NodeRef, string Property, string? MimeType, string? Path);

/// <summary>What a finished restore has to say, one line each.</summary>
public sealed record DatabaseRestoreResult(IReadOnlyList<string> Warnings);
