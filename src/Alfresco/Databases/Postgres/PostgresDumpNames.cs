using System.Text;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Processes;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// What a dump needs of the server that it is loaded into, read from its statements as <c>pg_dump</c> writes them. Names
/// are those of the server, without quotes.
/// </summary>
internal sealed partial class PostgresDumpNames
{
    /// <summary>Longer statements are data of one kind or another.</summary>
    private const int MaxStatement = 64 * 1024;

    /// <summary>Owners and whom rights are given.</summary>
    public SortedSet<string> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>Of these, the ones that something will belong to.</summary>
    public SortedSet<string> Owners { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Extensions { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Tablespaces { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Collations { get; } = new(StringComparer.Ordinal);

    /// <summary>What none but a superuser may create, by its kind.</summary>
    public SortedSet<string> OfSuperuser { get; } = new(StringComparer.Ordinal);

    public bool MakesSchema { get; private set; }

    /// <summary>Null where the dump does not say.</summary>
    public string? Encoding { get; private set; }

    /// <summary>Reads a dump to its end, which must be one.</summary>
    public static async Task<PostgresDumpNames> ReadAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        var names = new PostgresDumpNames();
        var reader = new DumpReader();
        var tail = new StreamTail();
        await writeDump(new ObservedStream(Stream.Null, Read), cancellationToken);
        return PostgresDump.IsComplete(tail.Bytes) ? names : throw PostgresDump.IsTruncated();

        ValueTask Read(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            while (!piece.IsEmpty)
            {
                (DumpPart part, int taken) = reader.Read(piece);
                piece = piece[taken..];
                if (part is DumpPart.Statement && names.Add(reader) is { } standardStrings)
                {
                    reader.StandardStrings = standardStrings;
                }
            }

            return ValueTask.CompletedTask;
        }
    }

    /// <returns>What the statement sets <c>standard_conforming_strings</c> to, or null.</returns>
    private bool? Add(DumpReader reader)
    {
        if (reader.StatementLength > MaxStatement)
        {
            return null;
        }

        // The reader's characters are bytes.
        string text = System
            .Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(reader.Statement))
            .Trim();
        if (Set().Match(text) is { Success: true } set)
        {
            return AddSetting(set.Groups["name"].Value, NameOf(set.Groups["value"].Value.Trim('\'')));
        }

        if (Owner().Match(text) is { Success: true } owner)
        {
            Take(Owners, owner.Groups["role"]);
            Take(Roles, owner.Groups["role"]);
        }

        foreach (Match grantee in Grantee().Matches(Right().IsMatch(text) ? text : string.Empty))
        {
            Take(Roles, grantee.Groups["role"]);
        }

        foreach (Match role in OtherRole().Matches(text))
        {
            Take(Roles, role.Groups["role"]);
        }

        if (Extension().Match(text) is { Success: true } extension)
        {
            Take(Extensions, extension.Groups["name"]);
        }

        foreach (Match collation in Collation().Matches(text))
        {
            Take(Collations, collation.Groups["name"]);
        }

        MakesSchema |= text.StartsWith("CREATE SCHEMA ", StringComparison.Ordinal);
        if (SuperuserOnly().Match(text) is { Success: true } kind)
        {
            OfSuperuser.Add(kind.Groups["kind"].Value);
        }

        return null;
    }

    private bool? AddSetting(string name, string value)
    {
        switch (name)
        {
            case "client_encoding":
                Encoding = value;
                break;
            case "default_tablespace" when value.Length > 0:
                Tablespaces.Add(value);
                break;
            case "standard_conforming_strings":
                return value != "off";
        }

        return null;
    }

    private static void Take(SortedSet<string> names, Group name)
    {
        if (name.Success)
        {
            names.Add(NameOf(name.Value));
        }
    }

    private static string NameOf(string quoted) =>
        quoted is ['"', .., '"'] ? quoted[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : quoted;

    private const string Name = "(\"(?:[^\"]|\"\")+\"|[\\w$]+)";

    private const RegexOptions Usual = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex($@"^SET (?<name>[a-z_]+) = (?<value>.*)$", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Set();

    [GeneratedRegex($@"\bOWNER TO (?<role>{Name})$", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Owner();

    [GeneratedRegex("^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) ", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Right();

    /// <summary>Who is given a right, or loses it; PUBLIC is no role.</summary>
    [GeneratedRegex(
        $@" (TO|FROM|FOR ROLE|GRANTED BY) (?!PUBLIC\b)(?<role>{Name})(?=$| WITH GRANT OPTION| GRANTED BY| IN SCHEMA| GRANT | REVOKE )",
        Usual,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Grantee();

    [GeneratedRegex(
        $@"^(SET SESSION AUTHORIZATION|CREATE USER MAPPING FOR|CREATE POLICY {Name} ON \S+( FOR \w+)? TO) (?!PUBLIC\b|DEFAULT\b)(?<role>{Name})",
        Usual,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex OtherRole();

    [GeneratedRegex($@"^CREATE EXTENSION (IF NOT EXISTS )?(?<name>{Name})", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Extension();

    [GeneratedRegex($@"\bCOLLATE pg_catalog\.(?<name>{Name})", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Collation();

    [GeneratedRegex(
        @"^CREATE (?<kind>EVENT TRIGGER|FOREIGN DATA WRAPPER|SUBSCRIPTION|ACCESS METHOD|PUBLICATION(?= .* FOR ALL TABLES))\b",
        Usual | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex SuperuserOnly();
}
