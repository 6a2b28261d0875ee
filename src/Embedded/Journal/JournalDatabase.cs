using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.Data.Sqlite;

namespace AlfrescoBackupFlows.Embedded.Journal;

/// <summary>One connection to the journal, for one thread at a time. WAL with full sync: a commit that returned has
/// reached the disk.</summary>
internal sealed class JournalDatabase : IDisposable
{
    private const int BusyCode = 5;
    private const int LockedCode = 6;
    private const int CorruptCode = 11;
    private const int NotADatabaseCode = 26;

    private static readonly string SetVersion =
        $"PRAGMA user_version = {JournalSchema.Version.ToString(CultureInfo.InvariantCulture)};";

    private readonly string _file;
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private readonly Action? _crashPoint;
    private bool _isTransacting;

    private JournalDatabase(string file, Action? crashPoint)
    {
        _file = file;
        _crashPoint = crashPoint;
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Pooling = false,
                DefaultTimeout = 30,
            }.ToString()
        );
    }

    /// <summary>Opens or creates the journal.</summary>
    /// <exception cref="PermanentException">Configuration: it is damaged, of a newer version, or cannot be
    /// opened.</exception>
    public static JournalDatabase Open(string stateDirectory, bool check, Action? crashPoint = null)
    {
        RequireOwn(stateDirectory);
        var journal = new JournalDatabase(Path.Combine(stateDirectory, JournalSchema.FileName), crashPoint);
        try
        {
            journal.Prepare(check);
            return journal;
        }
        catch (SqliteException e)
        {
            journal.Dispose();
            throw journal.Explain(e);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>
    /// SQLite opens its files by their paths, and follows links: what is not ours is refused before. A journal that is
    /// not there yet is made here, for this user alone; SQLite gives the files beside it the same mode. None is opened:
    /// closing one would drop the locks of another connection of this process.
    /// </summary>
    private static void RequireOwn(string stateDirectory)
    {
        OwnTree state = OwnTree.OpenPrivate(stateDirectory);
        try
        {
            foreach (string name in JournalSchema.Beside)
            {
                _ = state.TryStat(name);
            }

            if (state.TryStat(JournalSchema.FileName) is null)
            {
                state.TryCreate(JournalSchema.FileName, $"{JournalSchema.FileName}.{Guid.NewGuid():n}", []);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: the journal cannot be opened ({e.Message})",
                e
            );
        }
    }

    /// <summary>Runs a write transaction: all of it or nothing. One within another is a part of that.</summary>
    public T Transact<T>(Func<T> body)
    {
        if (_isTransacting)
        {
            return body();
        }

        try
        {
            Execute("BEGIN IMMEDIATE");
            _isTransacting = true;
            try
            {
                var result = body();
                _crashPoint?.Invoke();
                Execute("COMMIT");
                _crashPoint?.Invoke();
                return result;
            }
            catch
            {
                Rollback();
                throw;
            }
            finally
            {
                _isTransacting = false;
            }
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    /// <summary>Runs reads that see one state.</summary>
    public T Read<T>(Func<T> body)
    {
        try
        {
            Execute("BEGIN");
            try
            {
                return body();
            }
            finally
            {
                Rollback();
            }
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    /// <param name="sql">With <c>$1</c>, <c>$2</c> ... for <paramref name="values"/>.</param>
    /// <returns>The number of rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The first column of the first row as a number; null where there is no row or no value.</summary>
    public long? Number(string sql, params ReadOnlySpan<object?> values) =>
        Prepare(sql, values).ExecuteScalar() as long?;

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private void Prepare(bool check)
    {
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        var version = Number("PRAGMA user_version");
        if (version > JournalSchema.Version)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: the journal {_file} has version {version}, this program reads up to {JournalSchema.Version}: "
                    + "use the newer program, or move the file away to begin anew"
            );
        }

        if (check && Query("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"] and var faults)
        {
            throw Damaged(string.Join("; ", faults), null);
        }

        if (check && version > 0 && version < JournalSchema.Version)
        {
            Execute(SetVersion);
        }

        if (!HasNumbers())
        {
            Transact(() =>
            {
                if (Number("PRAGMA user_version") == 0)
                {
                    _connection.ExecuteScript(JournalSchema.Sql + JournalSchema.AddNumbers + SetVersion);
                }
                else if (!HasNumbers())
                {
                    _connection.ExecuteScript(JournalSchema.AddNumbers);
                }

                return true;
            });
        }
    }

    private bool HasNumbers() =>
        Number("SELECT 1 FROM pragma_table_info('instance') WHERE name = 'number'") is not null;

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands.Add(sql, command = _connection.CreateCommand());
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    private void Rollback()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself (disk full, I/O error); the error that led here is the one to tell.
        }
    }

    private PermanentException Damaged(string reason, Exception? inner) =>
        new(
            ErrorKind.Configuration,
            $"state: the journal {_file} is damaged ({reason}): move it away together with its -wal and -shm files and "
                + "start again; the next run begins anew and finds what was uploaded",
            inner
        );

    private AbfException Explain(SqliteException e) =>
        e.SqliteErrorCode switch
        {
            CorruptCode or NotADatabaseCode => Damaged(e.Message, e),
            BusyCode or LockedCode => new TransientException(
                ErrorKind.Busy,
                $"state: the journal {_file} is in use by another process ({e.Message}): wait for it to end, or find it (fuser {_file}) and end it",
                e
            ),
            _ => new PermanentException(
                ErrorKind.Configuration,
                $"state: the journal {_file} cannot be read or written ({e.Message}): look at the owner, the rights and the "
                    + "free space of the directory, and at the limit on the length of files (ulimit -f)",
                e
            ),
        };
}
