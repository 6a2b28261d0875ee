namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// MySQL and MariaDB speak one protocol; which of them answers is asked of the server, and their tools differ.
/// </summary>
internal sealed class MySqlVendor : IDatabaseVendor
{
    private MySqlVendor(string name, string scheme)
    {
        Name = name;
        Schemes = [scheme];
    }

    public static MySqlVendor MySql { get; } = new("MySQL", "mysql");

    public static MySqlVendor MariaDb { get; } = new("MariaDB", "mariadb");

    public string Name { get; }

    public IReadOnlyList<string> Schemes { get; }

    public int DefaultPort => 3306;

    public string Family => "mysql";

    public IDatabaseSource OpenSource(DatabaseConnection connection, Action<string> tell) =>
        new MySqlSource(connection, tell);

    public IDatabaseTarget OpenTarget(DatabaseConnection connection, Action<string> tell) =>
        new MySqlTarget(connection, tell);

    public string AnyDatabase => "information_schema";

    public IDatabaseServer OpenServer(DatabaseConnection connection) => new MySqlServerTarget(connection);
}
