using System.Text.RegularExpressions;
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
/// <param name="Parameters">The URL's query, keys in lower case; used are those about TLS, and PostgreSQL's
/// <c>currentSchema</c> and <c>options</c>.</param>
public sealed partial record DatabaseConnection(
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
    /// <summary>The usual <see cref="MaxWait"/>.</summary>
    public static readonly TimeSpan UsualWait = TimeSpan.FromMinutes(5);

    /// <summary>
    /// PostgreSQL: the schema of Alfresco's tables (<c>db.schema.name</c>, or what the set says); null: as
    /// <see cref="SearchPath"/> or the user's own search path finds them.
    /// </summary>
    public string? Schema { get; init; }

    /// <summary>
    /// PostgreSQL: the search path that the URL asks for (<c>currentSchema</c>, or in <c>options</c>), one or more
    /// names; null: none.
    /// </summary>
    public string? SearchPath
    {
        get
        {
            string? path = Parameters.GetValueOrDefault("currentschema");
            if (string.IsNullOrWhiteSpace(path) && Parameters.TryGetValue("options", out string? options))
            {
                path = PathInOptions()
                    .Match(options)
                    .Groups["path"]
                    .Value.Replace("\\", string.Empty, StringComparison.Ordinal);
            }

            return string.IsNullOrWhiteSpace(path) ? null : path;
        }
    }

    /// <summary>The user by which Alfresco itself connects (<c>db.username</c>); null: not known.</summary>
    public string? Application { get; init; }

    /// <summary>
    /// How long somebody else may hold a lock that is needed (<c>installation.database.maxWait</c>). A dump may be
    /// silent for twice as long, and a statement without an answer for six times as long.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = UsualWait;

    /// <summary>
    /// Of a restore whose work may have to be told from that of others: an id that nobody else has drawn, 32 hexadecimal
    /// digits. It stands in the name of a table that comes with the dump (<see cref="MarkTable"/>); null: there is none.
    /// </summary>
    public string? Mark { get; init; }

    /// <summary>The table that bears the <see cref="Mark"/>; null: there is none.</summary>
    internal string? MarkTable => Mark is null ? null : $"abf_drill_{Mark}";

    /// <summary>The names that errors use for this connection.</summary>
    public DatabaseSettingNames Names { get; init; } = DatabaseSettingNames.Source;

    /// <summary>The place in words, for messages: never holds a secret.</summary>
    public string Place => $"{Vendor.Schemes[0]}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}/{Database}";

    /// <param name="tell">Gets a line where somebody else is waited for.</param>
    public IDatabaseSource OpenSource(Action<string>? tell = null) =>
        new BoundedSource(this, Vendor.OpenSource(this, tell ?? Nobody));

    /// <param name="tell">Gets a line where somebody else is waited for.</param>
    public IDatabaseTarget OpenTarget(Action<string>? tell = null) => Vendor.OpenTarget(this, tell ?? Nobody);

    public IDatabaseServer OpenServer() => Vendor.OpenServer(this);

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
        string? schema = null,
        string? application = null
    )
    {
        DatabaseSettingNames names = DatabaseSettingNames.Source;
        DatabaseUrl parsed = DatabaseUrl.Parse(url, names.Url);
        return new DatabaseConnection(
            Vendor: parsed.Vendor,
            Host: parsed.Host,
            Port: parsed.Port,
            Database: parsed.Database,
            Username: username
                ?? parsed.Username
                ?? throw Malformed($"{names.Username} is missing: name the user that reads the database"),
            Password: password ?? parsed.Password,
            ToolPath: toolPath,
            Parameters: parsed.Parameters
        )
        {
            Schema = string.IsNullOrWhiteSpace(schema) ? null : schema.Trim(),
            Application = application ?? parsed.Username,
            Names = names,
        }.WithoutNull();
    }

    /// <summary>
    /// Parses a restore's <c>--database</c>: <c>postgresql://user@host:port/name</c>, <c>mysql://...</c>,
    /// <c>mariadb://...</c>.
    /// </summary>
    /// <param name="names">By which errors speak of it; null: those of a restore.</param>
    /// <exception cref="PermanentException">Kind Configuration: malformed, no user, or a password in it.</exception>
    public static DatabaseConnection FromRestoreUrl(
        string url,
        Secret? password,
        string? toolPath,
        string? schema = null,
        DatabaseSettingNames? names = null
    )
    {
        names ??= DatabaseSettingNames.RestoreTarget;
        DatabaseUrl parsed = DatabaseUrl.Parse(url, names.Url);
        if (parsed.Password is not null)
        {
            throw Malformed(
                $"{names.Url} holds a password, which other users can see: put it into a file and name the file with "
                    + $"{names.Password}"
            );
        }

        return new DatabaseConnection(
            Vendor: parsed.Vendor,
            Host: parsed.Host,
            Port: parsed.Port,
            Database: parsed.Database,
            Username: parsed.Username
                ?? throw Malformed($"{names.Url} has no user: write {parsed.Vendor.Schemes[0]}://user@host:port/name"),
            Password: password,
            ToolPath: toolPath,
            Parameters: parsed.Parameters
        )
        {
            Schema = schema,
            Names = names,
        }.WithoutNull();
    }

    [GeneratedRegex(
        @"(^|\s)(-c\s*|--)search_path=(?<path>(\\.|\S)+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PathInOptions();

    private static void Nobody(string line) { }

    /// <summary>No server and no tool can be given a U+0000.</summary>
    private DatabaseConnection WithoutNull()
    {
        IEnumerable<(string Setting, string? Value)> values =
        [
            (Names.Url, Database),
            (Names.Username, Username),
            (Names.Password, Password?.Reveal()),
            (Names.Schema, Schema),
            (Names.Username, Application),
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
