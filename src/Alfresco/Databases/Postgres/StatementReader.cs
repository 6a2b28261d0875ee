using System.Runtime.InteropServices;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>
/// Finds the ends of SQL statements by PostgreSQL's rules for strings, names, dollar quotes, comments and bodies.
/// </summary>
internal sealed class StatementReader
{
    /// <summary>The longest statement taken, in bytes; what is large in a dump is COPY data.</summary>
    private const int MaxLength = 256 * 1024 * 1024;

    private const int QuotedCommand = 60;

    private readonly List<byte> _text = [];
    private readonly StatementWords _words = new();
    private State _state;
    private bool _done = true;
    private byte _before;
    private bool _hasEscapes;
    private bool _isAfterString;
    private bool _isEscaped;
    private int _comments;
    private int _parentheses;
    private int _quoteStart;
    private byte[] _tag = [];

    private enum State
    {
        Code,
        String,
        Name,

        /// <summary>After a dollar sign: a tag, or the number of a parameter.</summary>
        DollarTag,
        DollarString,
        LineComment,
        BlockComment,

        /// <summary>After a backslash among the code, up to the end of the line.</summary>
        Command,
    }

    public bool StandardStrings { get; set; } = true;

    public ReadOnlySpan<byte> Statement => CollectionsMarshal.AsSpan(_text);

    public bool IsCopyFromStdin => _words.IsCopyFromStdin;

    /// <returns>True where this byte ended a statement.</returns>
    public bool Take(byte next)
    {
        if (_done)
        {
            Restart();
        }

        if (_text.Count >= MaxLength)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                $"the stored dump has a statement of more than {MaxLength} bytes; restore another set"
            );
        }

        _text.Add(next);
        byte before = _before;
        _before = next;
        switch (_state)
        {
            case State.Code:
                _done = TakeCode(next, before);
                break;
            case State.String:
                TakeString(next);
                break;
            case State.Name when next == '"':
                _state = State.Code;
                break;
            case State.DollarTag:
                _done = TakeDollarTag(next);
                break;
            case State.DollarString
                when next == '$' && _text.Count - _quoteStart >= 2 * _tag.Length && Statement.EndsWith(_tag):
                _state = State.Code;
                break;
            case State.LineComment:
                Drop(1);
                _state = next == '\n' ? Blank() : State.LineComment;
                break;
            case State.BlockComment:
                Drop(1);
                TakeBlockComment(next, before);
                break;
            case State.Command when next == '\n':
                EndCommand();
                break;
        }

        return _done;
    }

    private bool TakeCode(byte next, byte before)
    {
        bool isAfterString = _isAfterString;
        _isAfterString = isAfterString && next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
        if (StatementWords.IsPartOfWord(next) && !(next == '$' && _words.IsEmpty))
        {
            _words.Add(next);
            return false;
        }

        string word = _words.End(_parentheses == 0);
        switch (next)
        {
            case (byte)'\'':
                // A string that goes on, after a doubled quote or on the next line, is of the kind of its first part.
                _hasEscapes = isAfterString ? _hasEscapes : word == "e" || !StandardStrings;
                _state = State.String;
                break;
            case (byte)'"':
                _state = State.Name;
                break;
            case (byte)'$':
                _state = State.DollarTag;
                _quoteStart = _text.Count - 1;
                break;
            case (byte)'-' when before == '-':
                Drop(2);
                _state = State.LineComment;
                break;
            case (byte)'*' when before == '/':
                Drop(2);
                _state = State.BlockComment;
                (_comments, _before) = (1, 0);
                break;
            case (byte)'(':
                _parentheses++;
                break;
            case (byte)')':
                _parentheses = Math.Max(0, _parentheses - 1);
                break;
            case (byte)'\\':
                _state = State.Command;
                _quoteStart = _text.Count - 1;
                break;
            case (byte)';' when _parentheses == 0 && !_words.IsInBody:
                Drop(1);
                bool isBlank = Statement.Trim(" \t\r\n"u8).IsEmpty;
                if (isBlank)
                {
                    Restart();
                }

                return !isBlank;
        }

        return false;
    }

    private void TakeString(byte next)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
        }
        else if (next == '\\' && _hasEscapes)
        {
            _isEscaped = true;
        }
        else if (next == '\'')
        {
            _state = State.Code;
            _isAfterString = true;
        }
    }

    private bool TakeDollarTag(byte next)
    {
        bool isFirst = _text.Count - _quoteStart == 2;
        if (next == '$')
        {
            _tag = Statement[_quoteStart..].ToArray();
            _state = State.DollarString;
        }
        else if (!StatementWords.IsPartOfWord(next) || (isFirst && char.IsAsciiDigit((char)next)))
        {
            _state = State.Code;
            return TakeCode(next, before: 0);
        }

        return false;
    }

    private void TakeBlockComment(byte next, byte before)
    {
        if (next == '*' && before == '/')
        {
            _comments++;
            _before = 0;
        }
        else if (next == '/' && before == '*')
        {
            _before = 0;
            _state = --_comments == 0 ? Blank() : State.BlockComment;
        }
    }

    /// <summary>
    /// The lines by which pg_dump restricts psql say nothing here. Everything else is no part of a dump: either the
    /// tool that made it let a hostile server slip it in, or somebody did afterwards.
    /// </summary>
    private void EndCommand()
    {
        ReadOnlySpan<byte> text = Statement;
        ReadOnlySpan<byte> command = text[_quoteStart..].TrimEnd("\r\n"u8);
        if (
            !text[.._quoteStart].Trim(" \t\r\n"u8).IsEmpty
            || !(command.StartsWith("\\restrict "u8) || command.StartsWith("\\unrestrict "u8))
        )
        {
            string quoted = Encoding.UTF8.GetString(command[..Math.Min(command.Length, QuotedCommand)]);
            throw PostgresDump.HoldsCommand(quoted);
        }

        Restart();
    }

    /// <summary>A comment parts words.</summary>
    private State Blank()
    {
        _text.Add((byte)'\n');
        return State.Code;
    }

    private void Drop(int bytes) => _text.RemoveRange(_text.Count - bytes, bytes);

    private void Restart()
    {
        _text.Clear();
        _words.Restart();
        (_state, _parentheses, _before, _done) = (State.Code, 0, 0, false);
        (_isAfterString, _isEscaped) = (false, false);
    }
}
