using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// A pattern of paths: <c>*</c>, <c>?</c> and <c>[a-z]</c> stay within a name, <c>**</c> is any number of directories,
/// <c>\</c> takes the next character as it is. One that begins with <c>/</c> begins at the target, any other at a name
/// anywhere. What matches a directory matches everything in it. Takes time in proportion to the path, whatever the
/// pattern.
/// </summary>
public sealed class PathPattern
{
    /// <summary>Characters of a pattern.</summary>
    public const int MaxLength = 1000;

    private const string AnyCharacter = @"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^/])";

    private readonly Regex _regex;

    private PathPattern(string text, Regex regex) => (Text, _regex) = (text, regex);

    public string Text { get; }

    /// <param name="option">The option that the pattern came with, for messages.</param>
    /// <exception cref="PermanentException">Configuration: it is no pattern.</exception>
    public static PathPattern Parse(string option, string text)
    {
        string? fault = FaultOf(text, out string expression);
        return fault is null
            ? new PathPattern(
                text,
                new Regex(
                    expression,
                    RegexOptions.NonBacktracking | RegexOptions.Singleline,
                    Regex.InfiniteMatchTimeout
                )
            )
            : throw new PermanentException(ErrorKind.Configuration, $"{option} '{text}': {fault}");
    }

    /// <param name="path">A root's name, and behind a <c>/</c> the path in it.</param>
    public bool Matches(string path) => _regex.IsMatch(path);

    private static string? FaultOf(string text, out string expression)
    {
        expression = string.Empty;
        string[] names = text.Trim('/').Split('/');
        if (text.Length > MaxLength)
        {
            return $"a pattern has at most {MaxLength} characters";
        }

        if (names.Any(static name => name is "" or "." or ".."))
        {
            return "write names with '/' between them, none of them empty, '.' or '..'";
        }

        var pattern = new StringBuilder(text.StartsWith('/') ? @"\A" : @"\A(?:.*/)?");
        bool isFirst = true;
        foreach (string name in names)
        {
            if (name == "**")
            {
                // With the '/' of one side: before the first name there is none.
                pattern.Append(isFirst ? "(?:[^/]+/)*" : "(?:/[^/]+)*");
                continue;
            }

            pattern.Append(isFirst ? string.Empty : "/");
            isFirst = false;
            if (AppendName(pattern, name) is { } fault)
            {
                return fault;
            }
        }

        expression = pattern.Append(isFirst ? @".*\z" : @"(?:/.*)?\z").ToString();
        return null;
    }

    private static string? AppendName(StringBuilder pattern, string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '*':
                    pattern.Append("[^/]*");
                    break;
                case '?':
                    pattern.Append(AnyCharacter);
                    break;
                case '[':
                    if (AppendClass(pattern, name, ref i) is { } fault)
                    {
                        return fault;
                    }

                    break;
                case '\\' when i + 1 == name.Length:
                    return "it ends with '\\', which takes the next character as it is";
                case '\\':
                    Append(pattern, name[++i]);
                    break;
                default:
                    Append(pattern, name[i]);
                    break;
            }
        }

        return null;
    }

    /// <param name="at">Of the '['; afterwards of the ']'.</param>
    private static string? AppendClass(StringBuilder pattern, string name, ref int at)
    {
        int i = at + 1;
        bool isNegated = i < name.Length && name[i] is '!' or '^';
        i += isNegated ? 1 : 0;
        pattern.Append(isNegated ? "[^/" : "[");
        for (int first = i; ; )
        {
            if (i >= name.Length)
            {
                return "a '[' has no ']' (write '\\[' for the character itself)";
            }

            if (name[i] == ']' && i > first)
            {
                break;
            }

            char low = Next(name, ref i);
            char high = low;
            if (i + 1 < name.Length && name[i] == '-' && name[i + 1] != ']')
            {
                i++;
                high = Next(name, ref i);
            }

            if (high < low)
            {
                return $"the range '{low}-{high}' goes backwards";
            }

            Append(pattern, low);
            pattern.Append('-');
            Append(pattern, high);
        }

        pattern.Append(isNegated ? "]" : "-[/]]");
        at = i;
        return null;
    }

    private static char Next(string name, ref int i)
    {
        i += name[i] == '\\' && i + 1 < name.Length ? 1 : 0;
        return name[i++];
    }

    private static void Append(StringBuilder pattern, char character) =>
        pattern.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
}
