using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Properties;

/// <summary>
/// Expands <c>${name}</c> as Spring does for Alfresco: references may be nested (<c>${a.${b}}</c>), may give a default
/// (<c>${a:b}</c>), and what they lead to is expanded too. An opening without its closing brace is plain text.
/// </summary>
internal static class References
{
    private const string Open = "${";

    /// <param name="text">The text to expand.</param>
    /// <param name="find">A property's raw value, or null.</param>
    /// <exception cref="FormatException">A reference to a property that is not set, or a cycle; the message names
    /// it.</exception>
    public static string Expand(string text, Func<string, string?> find) => Expand(text, find, []);

    private static string Expand(string text, Func<string, string?> find, List<string> path)
    {
        int at = text.IndexOf(Open, StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
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

            result
                .Append(text, done, at - done)
                .Append(Resolve(Expand(text[(at + Open.Length)..close], find, path), find, path));
            done = close + 1;
            at = text.IndexOf(Open, done, StringComparison.Ordinal);
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    private static string Resolve(string name, Func<string, string?> find, List<string> path)
    {
        string? value = find(name);
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        if (value is null && colon >= 0)
        {
            // What stands behind the colon was expanded with the name.
            value = find(name[..colon]);
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

        if (path.Contains(name, StringComparer.Ordinal))
        {
            throw new FormatException(
                "refers to itself: "
                    + $"{string.Join(" -> ", path.SkipWhile(p => p != name).Append(name).Select(p => $"${{{p}}}"))}"
            );
        }

        path.Add(name);
        string expanded = Expand(value, find, path);
        path.RemoveAt(path.Count - 1);
        return expanded;
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
