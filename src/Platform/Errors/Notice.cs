namespace AlfrescoBackupFlows.Platform.Errors;

public enum NoticeSeverity
{
    /// <summary>No backup can be taken, or none that restores.</summary>
    Error,

    /// <summary>A backup can be taken, and a person should change something.</summary>
    Warning,

    /// <summary>Good to know.</summary>
    Info,
}

/// <summary>What a look before the work found. Each part is one line, and holds no secret.</summary>
/// <param name="Id">Which condition it is, such as <c>dump-tool-missing</c>; never renamed.</param>
/// <param name="What">What is so, with the setting or path and its value.</param>
/// <param name="Why">What comes of it.</param>
/// <param name="Fix">What to do.</param>
public sealed record Notice(string Id, string What, string Why, string Fix)
{
    private readonly string? _line;

    public NoticeSeverity Severity { get; init; } = NoticeSeverity.Warning;

    /// <summary>Of an error: what went wrong, as the failed backup would say it.</summary>
    public ErrorKind Kind { get; init; }

    /// <summary>All of it in one line.</summary>
    public string Line => _line ?? $"{What}: {Why}; {Fix}";

    /// <summary>Takes a line apart that ends with what to do, as all messages here do.</summary>
    public static Notice OfLine(string id, string line, string why)
    {
        int at = LastBefore(line, "; ");
        at = at < 0 ? LastBefore(line, ". ") : at;
        at = at < 0 ? LastBefore(line, ": ") : at;
        return at < 0
            ? new Notice(id, line, why, "correct what the line names", line)
            : new Notice(id, line[..at], why, line[(at + 2)..], line);
    }

    /// <summary>The lines of a failure.</summary>
    /// <param name="id">Of those that have none of their own.</param>
    public static IEnumerable<Notice> Of(AbfException failure, string id, string why)
    {
        ArgumentNullException.ThrowIfNull(failure);
        const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] lines = failure.Message.Split('\n', Clean);
        return lines.Select(
            (line, number) =>
                OfLine(failure.Ids.Length == lines.Length ? failure.Ids[number] : id, line, why) with
                {
                    Severity = NoticeSeverity.Error,
                    Kind = failure.Kind,
                }
        );
    }

    /// <summary>The last separator with a word behind it, outside of parentheses; -1 where there is none.</summary>
    private static int LastBefore(string line, string separator)
    {
        for (
            int at = line.LastIndexOf(separator, StringComparison.Ordinal);
            at > 0;
            at = line.LastIndexOf(separator, at - 1, StringComparison.Ordinal)
        )
        {
            string rest = line[(at + separator.Length)..];
            int closed = rest.IndexOf(')', StringComparison.Ordinal);
            int opened = rest.IndexOf('(', StringComparison.Ordinal);
            bool isWithin = closed >= 0 && (opened < 0 || closed < opened);
            if (rest.Length > 0 && Begins(rest[0]) && !isWithin)
            {
                return at;
            }
        }

        return -1;

        bool Begins(char first) => separator == ". " ? char.IsUpper(first) : char.IsLetter(first);
    }

    private Notice(string id, string what, string why, string fix, string line)
        : this(id, what, why, fix) => _line = line;
}
