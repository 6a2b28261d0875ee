namespace AlfrescoBackupFlows.Embedded.Journal;

internal static class JournalSchema
{
    public const string FileName = "journal.db";

    /// <summary>What SQLite makes beside the database.</summary>
    public static readonly string[] Beside = [FileName + "-wal", FileName + "-shm", FileName + "-journal"];

    /// <summary>The database and what belongs to it.</summary>
    public static readonly string[] Files = [.. Beside, FileName];

    public const string LockName = "journal.lock";

    /// <summary>
    /// Kept in <c>user_version</c>. A newer one is refused. Version 1 had the same tables and other names of events:
    /// what ended under it can be read, what had not ended cannot be continued.
    /// </summary>
    public const int Version = 2;

    /// <summary>
    /// The order in which instances were started, which no clock gives; 0 for sub-orchestrations. Older programs of this
    /// version made journals without it, and can live with it.
    /// </summary>
    public const string AddNumbers = """
        ALTER TABLE instance ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
        UPDATE instance SET number = old.number
            FROM (SELECT id, row_number() OVER (ORDER BY created, id) AS number FROM instance WHERE parent IS NULL) AS old
            WHERE instance.id = old.id;
        """;

    /// <summary>Times are milliseconds since 1970. Payloads are JSON. <see cref="AddNumbers"/> completes it.</summary>
    public const string Sql = """
        CREATE TABLE instance(
            id TEXT PRIMARY KEY, root TEXT NOT NULL, parent TEXT, parent_generation INTEGER, parent_task INTEGER,
            flow TEXT NOT NULL, generation INTEGER NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
            custom_status TEXT, result TEXT, failure TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX instance_root ON instance(root);
        CREATE INDEX instance_parent ON instance(parent);

        CREATE TABLE history(
            instance TEXT NOT NULL, generation INTEGER NOT NULL, sequence INTEGER NOT NULL,
            type TEXT NOT NULL, task INTEGER, name TEXT, payload TEXT,
            PRIMARY KEY(instance, generation, sequence)) WITHOUT ROWID;

        -- What the next turn consumes, so always few: no index pays. generation: whom it answers; null: whoever is there.
        CREATE TABLE inbox(
            id INTEGER PRIMARY KEY, instance TEXT NOT NULL, generation INTEGER,
            type TEXT NOT NULL, task INTEGER, name TEXT, payload TEXT);

        -- sequence: the event that holds the input. state: 0 waits, 1 started, 2 completed, 3 failed, 4 dropped. starts: attempts begun.
        CREATE TABLE activity(
            id INTEGER PRIMARY KEY, instance TEXT NOT NULL, generation INTEGER NOT NULL, task INTEGER NOT NULL,
            name TEXT NOT NULL, sequence INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, starts INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX activity_open ON activity(state, id) WHERE state < 2;

        CREATE TABLE timer(
            instance TEXT NOT NULL, generation INTEGER NOT NULL, task INTEGER NOT NULL, fire_at INTEGER NOT NULL,
            PRIMARY KEY(instance, generation, task)) WITHOUT ROWID;
        """;
}
