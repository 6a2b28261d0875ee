using System.Buffers;
using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>What <see cref="InsertReader"/> tells of the tables that matter.</summary>
internal interface IInsertRows
{
    /// <summary>A table's definition begins.</summary>
    void Table(string table);

    /// <summary>An INSERT begins; its rows follow.</summary>
    /// <returns>For each column that is wanted its position in the row, in the order in which <see cref="Row"/> shall
    /// get them; null: skip the rows.</returns>
    int[]? Insert(string table, IReadOnlyList<string> columns);

    /// <summary>One row's wanted values: decoded bytes, null for NULL. Numbers are their digits.</summary>
    void Row(IReadOnlyList<byte[]?> values);
}

/// <summary>
/// Reads the rows of chosen tables out of a <c>mysqldump</c> as it passes, in constant memory and in pieces of any
/// size. It relies on what the tool guarantees: a line end within a value is written <c>\n</c>, so a line that starts
/// with <c>INSERT INTO `</c> is a statement, and with
/// <c>--complete-insert</c> each statement names its columns. Bodies of routines and triggers (after <c>DELIMITER</c>)
/// are passed over.
/// </summary>
internal sealed class InsertReader(IInsertRows rows)
{
    /// <summary>
    /// A longer value is cut, in bytes. A content URL has at most 255 characters; what is cut here is longer than any
    /// path, so that it names no file.
    /// </summary>
    private const int MaxValue = 66 * 1024;

    /// <summary>Longest start of a statement: table and columns.</summary>
    private const int MaxHeader = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly List<byte[]?> _values = [];
    private State _state = State.LineStart;
    private bool _otherDelimiter;
    private int[] _wanted = [];
    private int _column;
    private bool _quoted;

    private enum State
    {
        /// <summary>Collecting the first bytes of a line, until it is known what it is.</summary>
        LineStart,
        SkipLine,

        /// <summary>From INSERT INTO up to VALUES.</summary>
        Header,

        /// <summary>Between rows: before '(' or ';'.</summary>
        BetweenRows,

        /// <summary>Before, or within, a value that is not quoted.</summary>
        Bare,
        Text,
        Escape,

        /// <summary>After a quote within a text: its end, or the first half of a doubled quote.</summary>
        AfterQuote,
    }

    public void Read(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            piece = piece[Step(piece)..];
        }
    }

    /// <returns>Bytes taken; at least one.</returns>
    private int Step(ReadOnlySpan<byte> piece)
    {
        switch (_state)
        {
            case State.LineStart:
                return ReadLineStart(piece);
            case State.SkipLine:
                int end = piece.IndexOf((byte)'\n');
                _state = end < 0 ? State.SkipLine : State.LineStart;
                return end < 0 ? piece.Length : end + 1;
            case State.Header:
                return ReadHeader(piece);
            case State.BetweenRows:
                if (piece[0] == '(')
                {
                    _column = 0;
                    _values.Clear();
                    _values.AddRange(Enumerable.Repeat<byte[]?>(null, _wanted.Length));
                    _state = State.Bare;
                }
                else if (piece[0] == ';')
                {
                    _state = State.SkipLine;
                }

                return 1;
            case State.Bare:
                return ReadBare(piece);
            case State.Text:
                int stop = piece.IndexOfAny((byte)'\'', (byte)'\\');
                Take(stop < 0 ? piece : piece[..stop]);
                if (stop < 0)
                {
                    return piece.Length;
                }

                _state = piece[stop] == '\'' ? State.AfterQuote : State.Escape;
                return stop + 1;
            case State.Escape:
                Take([Unescape(piece[0])]);
                _state = State.Text;
                return 1;
            default:
                if (piece[0] == '\'')
                {
                    Take("'"u8);
                    _state = State.Text;
                    return 1;
                }

                _state = State.Bare;
                return ReadBare(piece);
        }
    }

    private int ReadLineStart(ReadOnlySpan<byte> piece)
    {
        var insert = "INSERT INTO `"u8;
        var create = "CREATE TABLE `"u8;
        var delimiter = "DELIMITER "u8;

        _text.Write(piece[..1]);
        var line = _text.WrittenSpan;
        if (piece[0] == '\n')
        {
            if (line.StartsWith(create))
            {
                rows.Table(Name(line[create.Length..]));
            }
            else if (line.StartsWith(delimiter))
            {
                _otherDelimiter = !line[delimiter.Length..]
                    .TrimEnd((byte)'\n')
                    .TrimEnd((byte)'\r')
                    .SequenceEqual(";"u8);
            }

            _text.ResetWrittenCount();
        }
        else if (line.Length == insert.Length && line.SequenceEqual(insert))
        {
            _state = _otherDelimiter ? State.SkipLine : State.Header;
            _text.ResetWrittenCount();
        }
        else if (!Matches(line, insert) && !Matches(line, create) && !Matches(line, delimiter))
        {
            _text.ResetWrittenCount();
            _state = State.SkipLine;
        }
        else if (line.Length > MaxValue)
        {
            throw new FormatException("a line of the dump is longer than a table's name can be");
        }

        return 1;
    }

    /// <summary>The line may still become, or is, one that starts so.</summary>
    private static bool Matches(ReadOnlySpan<byte> line, ReadOnlySpan<byte> start) =>
        line.Length <= start.Length ? start.StartsWith(line) : line.StartsWith(start);

    private int ReadHeader(ReadOnlySpan<byte> piece)
    {
        _text.Write(piece[..1]);
        var header = _text.WrittenSpan;
        if (header.EndsWith(" VALUES"u8))
        {
            // Names are quoted with `, in which "VALUES" would be followed by ` and not be preceded by ") ".
            if (!header.EndsWith(") VALUES"u8))
            {
                throw new FormatException("an INSERT of the dump does not name its columns");
            }

            string[] names = Names(header[..^" VALUES"u8.Length]);
            _text.ResetWrittenCount();
            _wanted = rows.Insert(names[0], names[1..]) ?? [];
            _state = _wanted.Length == 0 ? State.SkipLine : State.BetweenRows;
        }
        else if (header.Length > MaxHeader)
        {
            throw new FormatException("an INSERT of the dump has no end of its column list");
        }

        return 1;
    }

    private int ReadBare(ReadOnlySpan<byte> piece)
    {
        int stop = piece.IndexOfAny((byte)',', (byte)')', (byte)'\'');
        Take(stop < 0 ? piece : piece[..stop]);
        if (stop < 0)
        {
            return piece.Length;
        }

        if (piece[stop] == '\'')
        {
            // An introducer such as _binary may stand before the quote.
            _text.ResetWrittenCount();
            _quoted = true;
            _state = State.Text;
            return stop + 1;
        }

        EndValue();
        if (piece[stop] == ')')
        {
            rows.Row(_values);
            _state = State.BetweenRows;
        }

        return stop + 1;
    }

    private void EndValue()
    {
        int position = Array.IndexOf(_wanted, _column);
        if (position >= 0)
        {
            _values[position] = Value();
        }

        _column++;
        _quoted = false;
        _text.ResetWrittenCount();
    }

    private byte[]? Value()
    {
        var text = _text.WrittenSpan;
        if (_quoted)
        {
            return text.ToArray();
        }

        text = text.Trim(" \r\n"u8);
        if (text.SequenceEqual("NULL"u8))
        {
            return null;
        }

        return text.StartsWith("0x"u8) ? Convert.FromHexString(Encoding.ASCII.GetString(text[2..])) : text.ToArray();
    }

    /// <summary>Keeps bytes of a wanted value only.</summary>
    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || !_wanted.AsSpan().Contains(_column))
        {
            return;
        }

        _text.Write(bytes[..Math.Min(bytes.Length, MaxValue - _text.WrittenCount)]);
    }

    private static byte Unescape(byte escaped) =>
        escaped switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'0' => 0,
            (byte)'b' => (byte)'\b',
            (byte)'Z' => 26,
            _ => escaped,
        };

    /// <summary>The first `quoted` name; the opening quote has been passed.</summary>
    private static string Name(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'`');
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    /// <summary>All `quoted` names of a header; the first one's opening quote has been passed.</summary>
    private static string[] Names(ReadOnlySpan<byte> header)
    {
        string[] parts = Encoding.UTF8.GetString(header).Split('`');
        return [.. parts.Where(static (_, i) => i % 2 == 0)];
    }
}
