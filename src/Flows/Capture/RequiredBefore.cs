using System.Collections.Frozen;
using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// The lists of required files of the parent set, and the digests of the rows that they were made of: what the database
/// says is unchanged is taken from there.
/// </summary>
internal sealed class RequiredBefore
{
    private readonly IChunkSource _chunks;
    private readonly ImmutableArray<RootStamp> _roots;

    private RequiredBefore(IChunkSource chunks, ImmutableArray<RootStamp> roots, RequiredDigests digests)
    {
        (_chunks, _roots, Digests) = (chunks, [.. roots.Where(static root => root.Required is not null)], digests);
        Known = new RowDigests(
            MethodOf(digests.Method).Database,
            digests
                .Ranges.Where(range => range.IsListed)
                .ToFrozenDictionary(
                    range => range.Range,
                    range => new RowDigest(range.Rows, range.Sum.First, range.Sum.Second)
                )
        );
    }

    /// <summary>Ranges that need not be given again where their rows are as they were.</summary>
    public RowDigests Known { get; }

    /// <summary>Of all ranges of which the lists have a record.</summary>
    public RequiredDigests Digests { get; }

    /// <summary>Names of the roots that have a list.</summary>
    public IEnumerable<string> Roots => _roots.Select(static root => root.Name);

    /// <summary>
    /// Null where there is nothing to take over: no parent, one of an earlier version, one whose content URLs meant other
    /// files, or one whose lists are lost.
    /// </summary>
    /// <param name="mapping">Which file a content URL means.</param>
    /// <param name="warn">Told where the parent's digests, or the table of a list, are lost.</param>
    public static async Task<RequiredBefore?> ReadAsync(
        RunContext run,
        string mapping,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        SetManifest? parent = await run.ReadParentAsync(cancellationToken);
        if (
            parent?.Database?.RequiredDigests is not { } stored
            || parent.Roots.Any(root => root is { Required: not null, RequiredSegments: null })
        )
        {
            return null;
        }

        try
        {
            RequiredDigests digests = await RequiredDigests.ReadAsync(run.Chunks, stored, cancellationToken);
            if (MethodOf(digests.Method).Mapping != mapping || !await AreHeldAsync(run, parent, cancellationToken))
            {
                return null;
            }

            var before = new RequiredBefore(run.Chunks, parent.Roots, digests);
            await before.RequireTablesAsync(cancellationToken);
            return before;
        }
        catch (PermanentException e) when (e.Kind == ErrorKind.Repository)
        {
            warn(
                $"The digests of set {parent.Id}, or a table of its lists, are lost, and so every row is read again: {e.Message}"
            );
            return null;
        }
    }

    /// <summary>What stands in a set beside the digests, so that others are not compared with them.</summary>
    public static string Method(RowDigests digests, string mapping) => $"{digests.Method}\n{mapping}";

    /// <summary>The root's list; null where nothing was required of it.</summary>
    public RootStamp? Of(string root) => _roots.FirstOrDefault(stamp => stamp.Name == root);

    public RequiredSegmentReader Open(RootStamp root) => new(_chunks, root.RequiredSegments!);

    public RequiredListReader OpenList(RootStamp root) => new(_chunks, root.Required!);

    /// <summary>
    /// Reads the tables of the lists: once the database has withheld rows, it is too late to find that one is lost.
    /// </summary>
    private async Task RequireTablesAsync(CancellationToken cancellationToken)
    {
        foreach (RootStamp root in _roots)
        {
            await Open(root).RequireTableAsync(cancellationToken);
        }
    }

    private static async Task<bool> AreHeldAsync(
        RunContext run,
        SetManifest parent,
        CancellationToken cancellationToken
    )
    {
        Inheritance inheritance = await Inheritance.OfAsync(run, cancellationToken);
        foreach (RootStamp root in parent.Roots.Where(root => root.Required is not null))
        {
            if (
                !await inheritance.HoldsAsync(root.Required!, cancellationToken)
                || !await inheritance.HoldsAsync(root.RequiredSegments!, cancellationToken)
            )
            {
                return false;
            }
        }

        return true;
    }

    private static (string Database, string Mapping) MethodOf(string method)
    {
        int end = method.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? (method, string.Empty) : (method[..end], method[(end + 1)..]);
    }
}
