using System.Data.Common;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace AlfrescoBackupFlows.Testing.Sample;

/// <summary>
/// Adds and deletes documents in the tables of <see cref="AlfrescoSchema"/> as Alfresco does, one transaction each. One
/// writer at a time per instance; several instances on one database take different <paramref name="firstId"/>.
/// </summary>
public sealed class AlfrescoRows(DbConnection connection, long firstId = 1_000)
{
    private long _next = firstId;

    /// <summary>Adds a node with content.</summary>
    /// <returns>The id of the node, of its content data and of its content URL: all the same.</returns>
    public async Task<long> AddDocumentAsync(
        string contentUrl,
        long size,
        string name,
        CancellationToken cancellationToken
    )
    {
        long id = _next++;
        byte[] url = Encoding.UTF8.GetBytes(contentUrl);
        await InTransactionAsync(
            [
                $"INSERT INTO alf_transaction (id, version, change_txn_id, commit_time_ms) VALUES ({id}, 1, '{Uuid(id)}', {1_700_000_000_000 + id})",
                $"INSERT INTO alf_content_url (id, content_url, content_url_short, content_url_crc, content_size, orphan_time) VALUES ({id}, {Quote(contentUrl)}, {Quote(Short(contentUrl))}, {Crc32.HashToUInt32(url)}, {size}, NULL)",
                $"INSERT INTO alf_content_data (id, version, content_url_id, content_mimetype_id, content_encoding_id, content_locale_id) VALUES ({id}, 0, {id}, 1, 1, 1)",
                $"INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id, acl_id, audit_creator, audit_created) VALUES ({id}, 1, 1, '{Uuid(id)}', {id}, 1, 1, NULL, 'admin', '2024-01-01T00:00:00.000Z')",
                $"INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, long_value, qname_id, list_index, locale_id) VALUES ({id}, 21, 3, {id}, 1, -1, 1)",
                $"INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, string_value, qname_id, list_index, locale_id) VALUES ({id}, 6, 6, {Quote(name)}, 2, -1, 1)",
            ],
            cancellationToken
        );
        return id;
    }

    /// <summary>Deletes a document. Its URL stays, marked as an orphan, or goes at once with eager clean-up.</summary>
    public Task DeleteDocumentAsync(long id, bool eager, CancellationToken cancellationToken) =>
        InTransactionAsync(
            [
                $"DELETE FROM alf_node_properties WHERE node_id = {id}",
                $"DELETE FROM alf_child_assoc WHERE child_node_id = {id}",
                $"DELETE FROM alf_node WHERE id = {id}",
                $"DELETE FROM alf_content_data WHERE id = {id}",
                eager
                    ? $"DELETE FROM alf_content_url WHERE id = {id}"
                    : $"UPDATE alf_content_url SET orphan_time = 1700000000000 WHERE id = {id}",
            ],
            cancellationToken
        );

    private static string Uuid(long id) =>
        $"00000000-0000-4000-8000-{id.ToString("x12", CultureInfo.InvariantCulture)}";

    /// <summary>The last twelve characters, as Alfresco keeps them beside the checksum.</summary>
    private static string Short(string url) => url.Length > 12 ? url[^12..].ToLowerInvariant() : url.ToLowerInvariant();

    private string Quote(string text)
    {
        // Strings of PostgreSQL know no backslash escapes.
        bool backslashes = !connection.GetType().Name.StartsWith("Npgsql", StringComparison.Ordinal);
        return "'"
            + (backslashes ? text.Replace("\\", "\\\\", StringComparison.Ordinal) : text).Replace(
                "'",
                "''",
                StringComparison.Ordinal
            )
            + "'";
    }

    private async Task InTransactionAsync(string[] statements, CancellationToken cancellationToken)
    {
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (string statement in statements)
        {
            await using DbCommand command = connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100 // Texts are quoted above; these are the tests' own.
            command.CommandText = statement;
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
