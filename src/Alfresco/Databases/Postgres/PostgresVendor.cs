namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>PostgreSQL, through <c>pg_dump</c> and <c>psql</c>.</summary>
internal sealed class PostgresVendor : IDatabaseVendor
{
    /// <summary>As dumps of it say in a set.</summary>
    public const string ProductName = "PostgreSQL";

    public string Name => ProductName;

    public IReadOnlyList<string> Schemes { get; } = ["postgresql", "postgres"];

    public int DefaultPort => 5432;

    public string Family => "postgresql";

    public IDatabaseSource OpenSource(DatabaseConnection connection, Action<string> tell) =>
        new PostgresSource(connection, tell);

    public IDatabaseTarget OpenTarget(DatabaseConnection connection, Action<string> tell) =>
        new PostgresTarget(connection, tell);

    public string AnyDatabase => "postgres";

    public IDatabaseServer OpenServer(DatabaseConnection connection) => new PostgresServerTarget(connection);
}
