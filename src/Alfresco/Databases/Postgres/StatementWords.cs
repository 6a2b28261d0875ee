using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>The words of a statement that say where it ends and what it is.</summary>
internal sealed class StatementWords
{
    /// <summary>No word that matters is longer.</summary>
    private const int MaxLength = 32;

    private readonly StringBuilder _current = new();
    private readonly List<string> _first = [];
    private string _last = string.Empty;
    private int _bodies;

    /// <summary>Between words.</summary>
    public bool IsEmpty => _current.Length == 0;

    public bool IsCopyFromStdin { get; private set; }

    /// <summary>Between BEGIN ATOMIC and END of a routine, where a semicolon ends no statement.</summary>
    public bool IsInBody => _bodies > 0;

    public static bool IsPartOfWord(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'$' or >= 0x80;

    public void Add(byte value)
    {
        if (_current.Length < MaxLength)
        {
            _current.Append(char.ToLowerInvariant((char)value));
        }
    }

    /// <param name="counts">False within parentheses.</param>
    /// <returns>The word that ended here; empty where there is none.</returns>
    public string End(bool counts)
    {
        if (_current.Length == 0)
        {
            return string.Empty;
        }

        string word = _current.ToString();
        _current.Clear();
        if (!counts)
        {
            return word;
        }

        if (_first.Count < 4)
        {
            _first.Add(word);
        }

        IsCopyFromStdin |= _first[0] == "copy" && _last == "from" && word == "stdin";
        if (IsRoutine)
        {
            _bodies += word switch
            {
                "begin" => 1,
                "case" when _bodies > 0 => 1,
                "end" when _bodies > 0 => -1,
                _ => 0,
            };
        }

        _last = word;
        return word;
    }

    public void Restart()
    {
        _current.Clear();
        _first.Clear();
        _last = string.Empty;
        _bodies = 0;
        IsCopyFromStdin = false;
    }

    private bool IsRoutine =>
        _first
            is ["create", "function" or "procedure", ..]
                or ["create", "or", "replace", "function" or "procedure", ..];
}
