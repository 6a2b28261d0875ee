using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Properties;

/// <summary>
/// Expands <c>${name}</c> as Spring does for Alfresco: references may be nested (<c>${a.${b}}</c>), may give a default
/// (<c>${a:b}</c>), and what they lead to is expanded too. An opening without its closing brace is plain text. A few
/// lines can name each other so that the value or the work has no end: length, references and depth are bounded.
/// </summary>
internal sealed class References
{
    /// <summary>Of a value, raw or expanded: far more than a path or a URL has.</summary>
    public const int MaxLength = 64 * 1024;

    private const int MaxReferences = 10_000;
    private const int MaxDepth = 100;
    private const string Open = "${";

    private readonly Func<string, string?> _find;
    private readonly List<string> _path = [];
    private int _references;
    private int _depth;

    private References(Func<string, string?> find) => _find = find;

    /// <param name="text">The text to expand.</param>
    /// <param name="find">A property's raw value, or null.</param>
    /// <exception cref="FormatException">A reference to a property that is not set, a cycle, or more than the bounds;
    /// the message names it.</exception>
    public static string Expand(string text, Func<string, string?> find) => new References(find).Expand(text);

    private string Expand(string text)
    {
        RequireBounded(text.Length);
        int at = text.IndexOf(Open, StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        if (++_depth > MaxDepth)
        {
            throw new FormatException($"nests more than {MaxDepth} references");
        }

        var result = new StringBuilder();
        int done = 0;
        while (at >= 0)
        {
            int close = FindClose(text, at + Open.Length);
            if (close < 0)
            {
                break;
            }

            result.Append(text, done, at - done).Append(Resolve(Expand(text[(at + Open.Length)..close])));
            RequireBounded(result.Length);
            done = close + 1;
            at = text.IndexOf(Open, done, StringComparison.Ordinal);
        }

        _depth--;
        result.Append(text, done, text.Length - done);
        RequireBounded(result.Length);
        return result.ToString();
    }

    private string Resolve(string name)
    {
        if (++_references > MaxReferences)
        {
            throw new FormatException(
                string.Create(CultureInfo.InvariantCulture, $"leads to more than {MaxReferences} references")
            );
        }

        string? value = _find(name);
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        if (value is null && colon >= 0)
        {
            // What stands behind the colon was expanded with the name.
            value = _find(name[..colon]);
            if (value is null)
            {
                return name[(colon + 1)..];
            }

            name = name[..colon];
        }

        if (value is null)
        {
            throw new FormatException($"refers to ${{{name}}}, which is not set");
        }

        if (_path.Contains(name, StringComparer.Ordinal))
        {
            throw new FormatException(
                "refers to itself: "
                    + $"{string.Join(" -> ", _path.SkipWhile(p => p != name).Append(name).Select(p => $"${{{p}}}"))}"
            );
        }

        _path.Add(name);
        string expanded = Expand(value);
        _path.RemoveAt(_path.Count - 1);
        return expanded;
    }

    private static void RequireBounded(int length)
    {
        if (length > MaxLength)
        {
            throw new FormatException(
                string.Create(CultureInfo.InvariantCulture, $"has more than {MaxLength} characters when it is expanded")
            );
        }
    }

    private static int FindClose(string text, int from)
    {
        int depth = 0;
        for (int i = from; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                depth++;
            }
            else if (text[i] == '}' && depth-- == 0)
            {
                return i;
            }
        }

        return -1;
    }
}
