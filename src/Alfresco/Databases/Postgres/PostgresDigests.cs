using System.Globalization;
using System.Numerics;
using Npgsql;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// The server's own digests of the rows that require files: one pass over the table there, and nothing but the digests
/// comes over the wire.
/// </summary>
internal static class PostgresDigests
{
    /// <summary>Where <c>hashtextextended</c> begins; older servers give the whole list.</summary>
    public const int FirstMajor = 11;

    /// <param name="rows">
    /// Selects <c>id</c>, <c>content_url</c> and <c>content_size</c> of every required row.
    /// </param>
    /// <returns>Null where the server cannot compute them.</returns>
    public static async Task<RowDigests?> ReadAsync(
        NpgsqlConnection session,
        string rows,
        CancellationToken cancellationToken
    )
    {
        if (session.PostgreSqlVersion.Major < FirstMajor)
        {
            return null;
        }

        // Id and size are the seed of the URL's hash, in two ways; a URL, or a size, of NULL is a fault of its row, and
        // the range of such a row is never passed over.
        string sql = $"""
            SELECT range, count(*),
              sum(hashtextextended(url, seed))::text, sum(hashtextextended(url, ~seed))::text
            FROM (
              SELECT greatest(r.id, 0) >> {RowDigests.RangeBits} AS range,
                coalesce(r.content_url, '') COLLATE "C" AS url,
                hashtextextended(coalesce(r.content_size::text, '') COLLATE "C", r.id) AS seed
              FROM ({rows}) r
            ) hashed
            GROUP BY range
            """;
        return await SumAsync(session, sql, "postgresql hashtextextended 1", cancellationToken);
    }

    /// <summary>The digests that a statement computes: range, rows and both sums.</summary>
    public static async Task<RowDigests> SumAsync(
        NpgsqlConnection session,
        string sql,
        string method,
        CancellationToken cancellationToken
    )
    {
        var ranges = new Dictionary<long, RowDigest>();
        await using var command = new NpgsqlCommand(sql, session);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ranges[reader.GetInt64(0)] = new RowDigest(
                reader.GetInt64(1),
                Modulo(reader.GetString(2)),
                Modulo(reader.GetString(3))
            );
        }

        return new RowDigests(method, ranges);
    }

    /// <summary>The server sums without a bound.</summary>
    private static ulong Modulo(string sum) =>
        (ulong)(BigInteger.Parse(sum, CultureInfo.InvariantCulture) & ulong.MaxValue);
}
