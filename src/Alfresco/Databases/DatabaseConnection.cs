using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// How to reach one database. Safe to print: the password is a <see cref="Secret"/> and never part of
/// <see cref="Parameters"/>.
/// </summary>
/// <param name="Database">The database's exact name, decoded.</param>
/// <param name="Password">Null: none is sent.</param>
/// <param name="ToolPath">The directory of the vendor's tools; null: the search path.</param>
/// <param name="Parameters">The URL's query, keys in lower case; only those about TLS are used.</param>
public sealed record DatabaseConnection(
    IDatabaseVendor Vendor,
    string Host,
    int Port,
    string Database,
    string Username,
    Secret? Password,
    string? ToolPath,
    IReadOnlyDictionary<string, string> Parameters
)
{
    /// <summary>
    /// PostgreSQL: where Alfresco's tables are (<c>db.schema.name</c>, or the URL's <c>currentSchema</c>); null: as the
    /// search path finds them.
    /// </summary>
    public string? Schema { get; init; }

    /// <summary>The names that errors use for this connection.</summary>
    public DatabaseSettingNames Names { get; init; } = DatabaseSettingNames.Source;

    /// <summary>The place in words, for messages: never holds a secret.</summary>
    public string Place => $"{Vendor.Schemes[0]}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}/{Database}";

    public IDatabaseSource OpenSource() => new BoundedSource(this, Vendor.OpenSource(this));

    public IDatabaseTarget OpenTarget() => Vendor.OpenTarget(this);

    /// <summary>
    /// Parses <c>db.url</c> or <c>installation.database.url</c>: <c>[jdbc:]postgresql://host:port/name</c>,
    /// <c>mysql</c>, <c>mariadb</c>. A user (and, as JDBC allows it, a password) in the query is used where none is
    /// given beside the URL.
    /// </summary>
    /// <exception cref="PermanentException">Kind Configuration: malformed, another vendor, several hosts, no
    /// user.</exception>
    public static DatabaseConnection FromInstallation(
        string url,
        string? username,
        Secret? password,
        string? toolPath,
        string? schema = null
    )
    {
        DatabaseSettingNames names = DatabaseSettingNames.Source;
        DatabaseUrl parsed = DatabaseUrl.Parse(url, names.Url);
        return new DatabaseConnection(
            parsed.Vendor,
            parsed.Host,
            parsed.Port,
            parsed.Database,
            username
                ?? parsed.Username
                ?? throw Malformed($"{names.Username} is missing: name the user that reads the database"),
            password ?? parsed.Password,
            toolPath,
            parsed.Parameters
        )
        {
            Schema = string.IsNullOrWhiteSpace(schema) ? parsed.Parameters.GetValueOrDefault("currentschema") : schema,
            Names = names,
        }.WithoutNull();
    }

    /// <summary>
    /// Parses a restore's <c>--database</c>: <c>postgresql://user@host:port/name</c>, <c>mysql://...</c>,
    /// <c>mariadb://...</c>.
    /// </summary>
    /// <exception cref="PermanentException">Kind Configuration: malformed, no user, or a password in it.</exception>
    public static DatabaseConnection FromRestoreUrl(
        string url,
        Secret? password,
        string? toolPath,
        string? schema = null
    )
    {
        DatabaseSettingNames names = DatabaseSettingNames.RestoreTarget;
        DatabaseUrl parsed = DatabaseUrl.Parse(url, names.Url);
        if (parsed.Password is not null)
        {
            throw Malformed(
                $"{names.Url} holds a password, which other users can see: put it into a file and name the file with "
                    + $"{names.Password}"
            );
        }

        return new DatabaseConnection(
            parsed.Vendor,
            parsed.Host,
            parsed.Port,
            parsed.Database,
            parsed.Username
                ?? throw Malformed($"{names.Url} has no user: write {parsed.Vendor.Schemes[0]}://user@host:port/name"),
            password,
            toolPath,
            parsed.Parameters
        )
        {
            Schema = schema,
            Names = names,
        }.WithoutNull();
    }

    /// <summary>No server and no tool can be told a U+0000.</summary>
    private DatabaseConnection WithoutNull()
    {
        IEnumerable<(string Setting, string? Value)> values =
        [
            (Names.Url, Database),
            (Names.Username, Username),
            (Names.Password, Password?.Reveal()),
            (Names.Schema, Schema),
            (Names.ToolPath, ToolPath),
            .. Parameters.Values.Select(value => (Names.Url, value)),
        ];
        string? setting = values
            .FirstOrDefault(static value => value.Value?.Contains('\0', StringComparison.Ordinal) ?? false)
            .Setting;
        return setting is null
            ? this
            : throw Malformed($"{setting} holds a character U+0000, which no database takes: correct it");
    }

    private static PermanentException Malformed(string message) => new(ErrorKind.Configuration, message);
}
