using System.Text;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Processes;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// What a dump needs of the server that it is loaded into, read line by line: the tool writes a line end within a value
/// as <c>\n</c>.
/// </summary>
internal sealed partial class MySqlDumpNames
{
    /// <summary>What is longer is rows; none of the names stands behind so much.</summary>
    private const int MaxLine = 64 * 1024;

    private readonly List<byte> _line = [];
    private long _length;
    private long _statement;
    private byte _last;

    public SortedSet<string> Collations { get; } = new(StringComparer.OrdinalIgnoreCase);

    public SortedSet<string> CharacterSets { get; } = new(StringComparer.OrdinalIgnoreCase);

    public SortedSet<string> Engines { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whose rights views, triggers and routines use: <c>user@host</c>.</summary>
    public SortedSet<string> Definers { get; } = new(StringComparer.Ordinal);

    /// <summary>Further rights that the load needs, beside those on tables.</summary>
    public SortedSet<string> Rights { get; } = new(StringComparer.Ordinal);

    /// <summary>Functions and triggers, of which a server with a binary log is wary.</summary>
    public bool HasFunctions { get; private set; }

    /// <summary>Bytes of the longest statement, which the client sends in one piece.</summary>
    public long Longest { get; private set; }

    /// <summary>Reads a dump to its end, which must be one.</summary>
    public static async Task<MySqlDumpNames> ReadAsync(
        Func<Stream, CancellationToken, Task> writeDump,
        CancellationToken cancellationToken
    )
    {
        var names = new MySqlDumpNames();
        var tail = new StreamTail();
        await writeDump(new ObservedStream(Stream.Null, Read), cancellationToken);
        return MySqlDump.IsComplete(tail.Bytes) ? names : throw MySqlDump.IsTruncated();

        ValueTask Read(ReadOnlyMemory<byte> piece)
        {
            tail.Append(piece.Span);
            names.Read(piece.Span);
            return ValueTask.CompletedTask;
        }
    }

    private void Read(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            int end = piece.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? piece : piece[..end];
            _line.AddRange(part[..Math.Min(part.Length, Math.Max(0, MaxLine - _line.Count))]);
            _length += part.Length;
            _last = part.IsEmpty ? _last : part[^1];
            if (end < 0)
            {
                return;
            }

            // Some builds write a line for each row.
            _statement += _length + 1;
            Longest = Math.Max(Longest, _statement);
            _statement = _last == ';' ? 0 : _statement;
            if (_length <= MaxLine)
            {
                AddLine(Encoding.UTF8.GetString([.. _line]));
            }

            _line.Clear();
            _length = 0;
            piece = piece[(end + 1)..];
        }
    }

    private void AddLine(string line)
    {
        if (
            line.StartsWith("INSERT INTO ", StringComparison.Ordinal)
            || line.StartsWith('(')
            || line.StartsWith("--", StringComparison.Ordinal)
        )
        {
            return;
        }

        string code = Text().Replace(line, "''");
        Take(Collations, Collation(), code);
        Take(CharacterSets, CharacterSet(), code);
        if (code.StartsWith(')'))
        {
            Take(Engines, Engine(), code);
        }

        foreach (Match definer in Definer().Matches(code))
        {
            Definers.Add($"{definer.Groups["user"].Value}@{definer.Groups["host"].Value}");
        }

        if (Routine().Match(code) is { Success: true } made)
        {
            string kind = made.Groups["kind"].Value;
            Rights.Add(
                kind switch
                {
                    "TRIGGER" or "EVENT" => kind,
                    "VIEW" => "CREATE VIEW",
                    _ => "CREATE ROUTINE",
                }
            );
            HasFunctions |= kind is "TRIGGER" or "FUNCTION";
        }
    }

    private static void Take(SortedSet<string> names, Regex pattern, string code)
    {
        foreach (Match match in pattern.Matches(code))
        {
            names.Add(match.Groups["name"].Value);
        }
    }

    private const RegexOptions Usual = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"'([^'\\]|\\.|'')*'", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Text();

    [GeneratedRegex(
        @"\b(COLLATE[ =]|collation_connection\s*= )(?<name>[a-z0-9]+_\w+)",
        Usual,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Collation();

    [GeneratedRegex(
        @"\b(CHARSET=|CHARACTER SET |character_set_client\s*= )(?<name>[a-z][a-z0-9]+)\b",
        Usual,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex CharacterSet();

    [GeneratedRegex(@"^\) ENGINE=(?<name>\w+)", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Engine();

    [GeneratedRegex(@"\bDEFINER=`(?<user>[^`]*)`@`(?<host>[^`]*)`", Usual, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Definer();

    [GeneratedRegex(
        @"^(CREATE|/\*!5\d+)\b.*?\b(?<kind>TRIGGER|FUNCTION|PROCEDURE|VIEW|EVENT) (IF NOT EXISTS )?`",
        Usual,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Routine();
}
