using System.Data.Common;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace AlfrescoBackupFlows.Testing.Sample;

/// <summary>Where a sample installation's database is. The database must exist and be empty.</summary>
/// <param name="Connect">Makes a closed connection.</param>
/// <param name="JdbcUrl">As <c>db.url</c> in the properties file.</param>
/// <param name="Schema">The statements of <see cref="AlfrescoSchema"/> for this vendor.</param>
public sealed record SampleDatabase(
    Func<DbConnection> Connect,
    string JdbcUrl,
    string Username,
    string Password,
    string Schema
);

/// <summary>
/// An Alfresco installation as a backup meets it: <c>alfresco-global.properties</c>, <c>dir.root</c> with a
/// date-sharded content store, deleted content, a keystore and the copy of the Lucene indexes, and a database whose
/// rows agree with the files. Documents can be added and deleted afterwards, as Alfresco does it.
/// </summary>
public sealed class SampleInstallation
{
    private const int DocumentsPerTransaction = 50;

    private readonly SampleDatabase _database;
    private readonly SampleContent _content;
    private readonly Random _random;
    private DateTime _clock;
    private long _nextId = 1000;

    /// <param name="directory">An empty or absent directory.</param>
    /// <param name="seed">The same seed gives the same installation.</param>
    public SampleInstallation(string directory, SampleDatabase database, int seed)
    {
        Root = Path.Combine(directory, "alf_data");
        PropertiesFile = Path.Combine(directory, "alfresco-global.properties");
        _database = database;
        _content = new SampleContent(seed);
        _random = new Random(seed);
        _clock = new DateTime(2024, 11, 3, 7, 58, 0, DateTimeKind.Utc);
    }

    /// <summary><c>dir.root</c>.</summary>
    public string Root { get; }

    public string PropertiesFile { get; }

    public string Contentstore => Path.Combine(Root, "contentstore");

    public string SearchIndexBackup => Path.Combine(Root, "backup-lucene-indexes");

    /// <summary>Creates everything but documents.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Contentstore);
        Directory.CreateDirectory(Path.Combine(Root, "contentstore.deleted"));
        Directory.CreateDirectory(Path.Combine(Root, "audit.contentstore"));
        string keystore = Directory.CreateDirectory(Path.Combine(Root, "keystore")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(keystore, "keystore"), RandomBytes(2200), cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(keystore, "keystore-passwords.properties"),
            "aliases=metadata\n",
            cancellationToken
        );

        // The live index: it changes under every reader, and must never be taken.
        string live = Directory
            .CreateDirectory(Path.Combine(Root, "lucene-indexes", "workspace", "SpacesStore"))
            .FullName;
        await File.WriteAllTextAsync(Path.Combine(live, "write.lock"), string.Empty, cancellationToken);
        await RunIndexBackupJobAsync(cancellationToken);

        await File.WriteAllTextAsync(PropertiesFile, Properties(), Encoding.Latin1, cancellationToken);
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await ExecuteAsync(connection, transaction: null, _database.Schema, cancellationToken);
    }

    /// <summary>Adds documents: each file is written first, then the rows of a batch are committed.</summary>
    public async Task AddDocumentsAsync(int count, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        for (int done = 0; done < count; )
        {
            int batch = Math.Min(DocumentsPerTransaction, count - done);
            var urls = new List<(string Url, int Size)>(batch);
            for (int i = 0; i < batch; i++)
            {
                urls.Add(await WriteContentAsync(cancellationToken));
            }

            await InsertAsync(connection, urls, cancellationToken);
            done += batch;
        }
    }

    /// <summary>
    /// Deletes documents as the content store cleaner ends it: the rows go, and the file moves to
    /// <c>contentstore.deleted</c>.
    /// Returns how many there were to delete.
    /// </summary>
    public async Task<int> DeleteDocumentsAsync(int count, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        var victims = new List<(long Id, string Url)>();
        await using (DbCommand command = connection.CreateCommand())
        {
            command.CommandText = string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT id, content_url FROM alf_content_url ORDER BY content_url_crc LIMIT {count}"
            );
            await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                victims.Add((reader.GetInt64(0), reader.GetString(1)));
            }
        }

        foreach ((long id, string url) in victims)
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(
                connection,
                transaction,
                $"DELETE FROM alf_node_properties WHERE node_id = {id}",
                cancellationToken
            );
            await ExecuteAsync(connection, transaction, $"DELETE FROM alf_node WHERE id = {id}", cancellationToken);
            await ExecuteAsync(
                connection,
                transaction,
                $"DELETE FROM alf_content_data WHERE id = {id}",
                cancellationToken
            );
            await ExecuteAsync(
                connection,
                transaction,
                $"DELETE FROM alf_content_url WHERE id = {id}",
                cancellationToken
            );
            await transaction.CommitAsync(cancellationToken);

            string relative = url["store://".Length..];
            string deleted = Path.Combine(Root, "contentstore.deleted", relative);
            Directory.CreateDirectory(Path.GetDirectoryName(deleted)!);
            File.Move(Path.Combine(Contentstore, relative), deleted);
        }

        return victims.Count;
    }

    /// <summary>
    /// What Alfresco's own job does at 03:00: copy into <c>.indexbackup_temp</c> beside the target, delete the target,
    /// rename.
    /// </summary>
    public async Task RunIndexBackupJobAsync(CancellationToken cancellationToken)
    {
        await BeginIndexBackupJobAsync(cancellationToken);
        EndIndexBackupJob();
    }

    /// <summary>Its first half: the target is still the one before.</summary>
    public async Task BeginIndexBackupJobAsync(CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(Root, ".indexbackup_temp");
        foreach (string store in (string[])["workspace/SpacesStore", "archive/SpacesStore", "system/system"])
        {
            string index = Directory
                .CreateDirectory(
                    Path.Combine(temporary, store, Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture))
                )
                .FullName;
            await File.WriteAllBytesAsync(
                Path.Combine(index, "_1.cfs"),
                RandomBytes(40_000 + _random.Next(200_000)),
                cancellationToken
            );
            await File.WriteAllBytesAsync(Path.Combine(index, "segments_2"), RandomBytes(60), cancellationToken);
            await File.WriteAllBytesAsync(
                Path.Combine(temporary, store, "IndexInfo"),
                RandomBytes(120),
                cancellationToken
            );
        }
    }

    /// <summary>Its second half.</summary>
    public void EndIndexBackupJob()
    {
        if (Directory.Exists(SearchIndexBackup))
        {
            Directory.Delete(SearchIndexBackup, recursive: true);
        }

        Directory.Move(Path.Combine(Root, ".indexbackup_temp"), SearchIndexBackup);
    }

    private string Properties() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Repository of the Bürgerbüro
            dir.root={Escape(Root)}
            dir.keystore=${'{'}dir.root{'}'}/keystore
            db.username={Escape(_database.Username)}
            db.password={Escape(_database.Password)}
            db.url={Escape(_database.JdbcUrl)}
            index.subsystem.name=lucene
            index.recovery.mode=AUTO

            """
        );

    /// <summary>As <c>java.util.Properties</c> would store a value.</summary>
    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (char c in value)
        {
            text.Append(
                c switch
                {
                    '\\' => @"\\",
                    ' ' when text.Length == 0 => @"\ ",
                    < ' ' or > '~' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => c.ToString(),
                }
            );
        }

        return text.ToString();
    }

    private async Task<(string Url, int Size)> WriteContentAsync(CancellationToken cancellationToken)
    {
        // About seven documents a minute while people work, and a jump to the next working hours now and then.
        _clock +=
            _random.Next(300) == 0
                ? TimeSpan.FromHours(_random.Next(5, 60))
                : TimeSpan.FromSeconds(_random.Next(0, 17));
        string relative = string.Create(
            CultureInfo.InvariantCulture,
            $"{_clock.Year}/{_clock.Month}/{_clock.Day}/{_clock.Hour}/{_clock.Minute}/{Guid.NewGuid():D}.bin"
        );
        string path = Path.Combine(Contentstore, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        byte[] content = _content.Next();
        await File.WriteAllBytesAsync(path, content, cancellationToken);
        return ($"store://{relative}", content.Length);
    }

    private async Task InsertAsync(
        DbConnection connection,
        List<(string Url, int Size)> documents,
        CancellationToken cancellationToken
    )
    {
        long first = Interlocked.Add(ref _nextId, documents.Count) - documents.Count;
        long commit = new DateTimeOffset(_clock, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var urls = new StringBuilder();
        var data = new StringBuilder();
        var nodes = new StringBuilder();
        var properties = new StringBuilder();
        for (int i = 0; i < documents.Count; i++)
        {
            (string url, int size) = documents[i];
            long id = first + i;
            uint crc = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(url));
            string uuid = Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture);
            string comma = i == 0 ? string.Empty : ",";
            urls.Append(CultureInfo.InvariantCulture, $"{comma}({id},'{url}','{url[^12..]}',{crc},{size},NULL)");
            data.Append(CultureInfo.InvariantCulture, $"{comma}({id},1,{id},1,1,1)");
            nodes.Append(CultureInfo.InvariantCulture, $"{comma}({id},1,1,'{uuid}',{first},3,1,'admin')");
            properties.Append(
                CultureInfo.InvariantCulture,
                $"{comma}({id},21,3,{id},NULL,1,-1,1),({id},6,6,NULL,'Angebot {id}.pdf',2,-1,1)"
            );
        }

        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            transaction,
            $"INSERT INTO alf_transaction (id, version, change_txn_id, commit_time_ms) VALUES ({first}, 1, '{Guid.NewGuid():D}', {commit})",
            cancellationToken
        );
        await ExecuteAsync(
            connection,
            transaction,
            $"INSERT INTO alf_content_url (id, content_url, content_url_short, content_url_crc, content_size, orphan_time) VALUES {urls}",
            cancellationToken
        );
        await ExecuteAsync(
            connection,
            transaction,
            $"INSERT INTO alf_content_data (id, version, content_url_id, content_mimetype_id, content_encoding_id, content_locale_id) VALUES {data}",
            cancellationToken
        );
        await ExecuteAsync(
            connection,
            transaction,
            $"INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id, audit_creator) VALUES {nodes}",
            cancellationToken
        );
        await ExecuteAsync(
            connection,
            transaction,
            $"INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, long_value, string_value, qname_id, list_index, locale_id) VALUES {properties}",
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        DbConnection connection = _database.Connect();
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(
        DbConnection connection,
        DbTransaction? transaction,
        string sql,
        CancellationToken cancellationToken
    )
    {
        await using DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
