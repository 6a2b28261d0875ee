using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Testing.Sample;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>What every vendor's digests must tell, change by change.</summary>
/// <param name="open">The database, with Alfresco's empty tables.</param>
/// <param name="execute">Runs SQL in it.</param>
internal sealed class RowDigestCases(Func<IDatabaseSource> open, Func<string, Task> execute)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each change, and the ids that are given after it: those of its range, and no others.</summary>
    private static readonly (string Sql, long[] Given)[] Changes =
    [
        ("UPDATE alf_content_url SET content_size = 7 WHERE id = 5001", [5000, 5001, 5002]),
        ("UPDATE alf_content_url SET content_url = 'store://2026/1/1/1/1/other.bin' WHERE id = 9000", [9000]),
        ("UPDATE alf_content_url SET content_size = CASE id WHEN 1 THEN 2 ELSE 1 END WHERE id IN (1, 2)", [1, 2, 3]),
        ("UPDATE alf_content_url SET id = id + 10 WHERE id = 3", [1, 2, 13]),
        ("DELETE FROM alf_content_url WHERE id = 5002", [5000, 5001]),
        ("UPDATE alf_content_url SET orphan_time = 5 WHERE id = 5000", [5001]),
        ("UPDATE alf_content_url SET orphan_time = NULL WHERE id = 5000", [5000, 5001]),
        (Insert(40_000), [40_000]),
        ("DELETE FROM alf_content_url WHERE id = 9000", []),
        ("UPDATE alf_content_url SET content_size = -1 WHERE id = 40000", [40_000]),
    ];

    public async Task RunAsync()
    {
        await execute(string.Join(";", new long[] { 1, 2, 3, 5000, 5001, 5002, 9000 }.Select(Insert)));
        DumpRun first = await DumpRun.TakeAsync(open(), Cancel);
        Assert.Equal([1, 2, 3, 5000, 5001, 5002, 9000], Ids(first));
        Assert.Equal([(0, 3), (1, 3), (2, 1)], Ranges(first));
        Assert.Empty(first.Result.Withheld);

        DumpRun last = await DumpRun.TakeAsync(open(), Cancel, first.Result.Digests);
        Assert.Empty(last.Required);
        Assert.Equal([0, 1, 2], last.Result.Withheld.Order());
        Assert.Equal(first.Result.Digests!.Ranges, last.Result.Digests!.Ranges);

        foreach ((string sql, long[] given) in Changes)
        {
            await execute(sql);
            DumpRun next = await DumpRun.TakeAsync(open(), Cancel, last.Result.Digests);
            Assert.True(given.SequenceEqual(Ids(next)), $"{sql}: {string.Join(' ', Ids(next))}");
            DumpRun whole = await DumpRun.TakeAsync(open(), Cancel);
            Assert.Equal(whole.Result.Digests!.Ranges, next.Result.Digests!.Ranges);
            Assert.Equal(
                whole.Required.Where(url => !next.Result.Withheld.Contains(RowDigests.RangeOf(url.Id))),
                next.Required
            );
            last = next;
        }

        // A file of the old web content has no id: it belongs to the first range, or comes to it.
        await execute(AlfrescoSchema.AvmNodes);
        await execute("INSERT INTO avm_nodes VALUES (1, 'plainfile', 'store://2010/1/1/1/1/avm.bin', 9)");
        DumpRun old = await DumpRun.TakeAsync(open(), Cancel, last.Result.Digests);
        Assert.Equal([0, .. old.Result.Withheld.Contains(0) ? Array.Empty<long>() : [1, 2, 13]], Ids(old));
        Assert.Equal((0, 4), Ranges(old).First());

        DumpRun foreign = await DumpRun.TakeAsync(open(), Cancel, old.Result.Digests! with { Method = "another" });
        Assert.Empty(foreign.Result.Withheld);
        Assert.Equal([0, 1, 2, 13, 5000, 5001, 40_000], Ids(foreign));
    }

    private static string Insert(long id) =>
        "INSERT INTO alf_content_url (id, content_url, content_url_short, content_url_crc, content_size) VALUES "
        + FormattableString.Invariant($"({id}, 'store://2026/1/1/1/1/{id}.bin', 'x', {id}, {id})");

    private static IEnumerable<long> Ids(DumpRun dump) => dump.Required.Select(url => url.Id).Order();

    private static IEnumerable<(long, long)> Ranges(DumpRun dump) =>
        dump.Result.Digests!.Ranges.OrderBy(range => range.Key).Select(range => (range.Key, range.Value.Rows));
}
