using System.Text;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>What <see cref="DumpReader.Read"/> found.</summary>
internal enum DumpPart
{
    /// <summary>Nothing yet: the piece ended before a part did.</summary>
    None,

    /// <summary>A statement, in <see cref="DumpReader.Statement"/>.</summary>
    Statement,

    /// <summary>A <c>COPY ... FROM stdin</c>, in <see cref="DumpReader.Statement"/>; its data follows.</summary>
    Copy,

    /// <summary>A part of the rows, in <see cref="DumpReader.Data"/>.</summary>
    CopyData,

    /// <summary>The rows are through.</summary>
    CopyEnd,
}

/// <summary>
/// Cuts a plain dump into statements and COPY data, in pieces of any size. There is no client between this and the
/// server, so a dump that is cut at the wrong place is a syntax error at the server and nothing worse: commands of
/// <c>psql</c> have nobody who would run them.
/// </summary>
internal sealed class DumpReader
{
    private readonly StatementReader _code = new();
    private readonly CopyReader _copy = new();
    private bool _inCopy;

    /// <summary>The server's <c>standard_conforming_strings</c>, as it is after the last statement.</summary>
    public bool StandardStrings
    {
        set => _code.StandardStrings = value;
    }

    /// <summary>In bytes.</summary>
    public int StatementLength => _code.Statement.Length;

    /// <summary>Without its semicolon; each character is a byte.</summary>
    public string Statement => Encoding.Latin1.GetString(_code.Statement);

    /// <summary>Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Data => _copy.Data;

    /// <returns>What was found, and how many bytes of the piece were taken for it.</returns>
    /// <exception cref="PermanentException">Kind Repository: a command for <c>psql</c> stands among the
    /// statements.</exception>
    public (DumpPart Part, int Taken) Read(ReadOnlyMemory<byte> piece)
    {
        if (_inCopy)
        {
            (DumpPart part, int length) = _copy.Read(piece);
            _inCopy = part != DumpPart.CopyEnd;
            return (part, length);
        }

        ReadOnlySpan<byte> code = piece.Span;
        for (int i = 0; i < code.Length; i++)
        {
            if (_code.Take(code[i]))
            {
                _inCopy = _code.IsCopyFromStdin;
                return (_inCopy ? DumpPart.Copy : DumpPart.Statement, i + 1);
            }
        }

        return (DumpPart.None, piece.Length);
    }
}
