using System.Globalization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// The parts of a JDBC or restore URL. Not <see cref="Uri"/>: that one rewrites hosts and names, and JDBC has forms of
/// its own (<c>jdbc:postgresql:name</c>, <c>jdbc:mysql:///name</c>).
/// </summary>
internal sealed record DatabaseUrl(
    IDatabaseVendor Vendor,
    string Host,
    int Port,
    string Database,
    string? Username,
    Secret? Password,
    IReadOnlyDictionary<string, string> Parameters
)
{
    /// <param name="setting">The name of the setting, for errors. The URL itself is never quoted in them: it may hold a
    /// password.</param>
    public static DatabaseUrl Parse(string url, string setting)
    {
        string rest = url.Trim();
        if (rest.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[5..];
        }

        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon < 0 ? string.Empty : rest[..colon].ToLowerInvariant();
        if (!IsScheme(scheme))
        {
            throw Malformed(
                setting,
                "is not a database URL: write jdbc:SCHEME://host:port/name with one of the schemes "
                    + $"{DatabaseVendors.Known}"
            );
        }

        IDatabaseVendor vendor =
            DatabaseVendors.Find(scheme)
            ?? throw Malformed(
                setting,
                $"has the scheme '{scheme}', which is not supported: use one of {DatabaseVendors.Known}"
            );
        rest = rest[(colon + 1)..];

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            ParseQuery(rest[(question + 1)..], parameters, setting);
            rest = rest[..question];
        }

        var (authority, database) = rest.StartsWith("//", StringComparison.Ordinal)
            ? SplitAuthority(rest[2..], setting)
            : (string.Empty, rest);
        database = Decode(database, setting);
        if (database.Length == 0)
        {
            throw Malformed(setting, $"names no database: write {scheme}://host:port/name");
        }

        parameters.Remove("user", out string? username);
        Secret? password = parameters.Remove("password", out string? inQuery) ? new Secret(inQuery) : null;
        int at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            string user = authority[..at];
            authority = authority[(at + 1)..];
            int separator = user.IndexOf(':', StringComparison.Ordinal);
            if (separator >= 0)
            {
                password = new Secret(Decode(user[(separator + 1)..], setting));
                user = user[..separator];
            }

            username = Decode(user, setting);
        }

        var (host, port) = ParseHost(authority, vendor.DefaultPort, setting);
        return new DatabaseUrl(
            Vendor: vendor,
            Host: host,
            Port: port,
            Database: database,
            Username: string.IsNullOrEmpty(username) ? null : username,
            Password: password,
            Parameters: parameters
        );
    }

    /// <summary>
    /// What stands before the first colon may be anything, a password too: only a word is ever quoted in an error.
    /// </summary>
    private static bool IsScheme(string scheme) =>
        scheme.Length is > 0 and <= 32 && scheme.All(char.IsAsciiLetterOrDigit);

    private static (string Authority, string Database) SplitAuthority(string rest, string setting)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? throw Malformed(setting, "names no database: write //host:port/name")
            : (rest[..slash], rest[(slash + 1)..]);
    }

    private static (string Host, int Port) ParseHost(string authority, int defaultPort, string setting)
    {
        string host = authority;
        string port = string.Empty;
        if (authority.StartsWith('['))
        {
            int close = authority.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < authority.Length && authority[close + 1] != ':'))
            {
                throw Malformed(setting, "has a malformed IPv6 address: write [::1]:port");
            }

            host = authority[1..close];
            port = close + 1 < authority.Length ? authority[(close + 2)..] : string.Empty;
        }
        else if (authority.LastIndexOf(':') is >= 0 and var colon)
        {
            host = authority[..colon];
            port = authority[(colon + 1)..];
        }

        int number = defaultPort;
        if (
            port.Length > 0
            && (
                !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                || number is 0 or > 65535
            )
        )
        {
            throw Malformed(setting, "has a port that is not a number from 1 to 65535");
        }

        // Decoded first: to a driver a comma is one however it was written. An address with colons is in brackets, else
        // a port would hide there.
        host = Decode(host, setting);
        if (host.AsSpan().IndexOfAny(',', '(') >= 0)
        {
            throw Malformed(setting, "names several hosts: name the one to be read");
        }

        if (host.Any(char.IsControl) || (host.Contains(':', StringComparison.Ordinal) && !authority.StartsWith('[')))
        {
            throw Malformed(
                setting,
                "has a host that is neither a name nor an address: write //host:port/name, or //[::1]:port/name"
            );
        }

        return (host.Length == 0 ? "localhost" : host, number);
    }

    private static void ParseQuery(string query, Dictionary<string, string> parameters, string setting)
    {
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? pair : pair[..equals];
            parameters[Decode(key, setting)] = equals < 0 ? string.Empty : Decode(pair[(equals + 1)..], setting);
        }
    }

    /// <summary>
    /// Percent-decoding only: '+' stays, as in names. A percent sign that starts no escape is refused rather than
    /// guessed at.
    /// </summary>
    private static string Decode(string text, string setting)
    {
        for (int i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw Malformed(setting, "has a % that starts no escape: write it as %25");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    private static PermanentException Malformed(string setting, string what) =>
        new(ErrorKind.Configuration, $"{setting} {what}");
}
