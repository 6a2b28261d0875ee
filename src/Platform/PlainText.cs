using System.Buffers;
using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Platform;

/// <summary>
/// Text from elsewhere (file names, content URLs, settings, what a server says) as it is shown to people. Nothing in it
/// moves a terminal's cursor, begins a line of its own, or turns the order of what follows.
/// </summary>
public static class PlainText
{
    private static readonly SearchValues<char> Ordinary = SearchValues.Create([
        .. Enumerable.Range(' ', 95).Select(static c => (char)c),
    ]);

    /// <summary>
    /// Control and format characters, line separators and halves of pairs, each as <c>\uXXXX</c>; all others as they
    /// are. What was escaped already stays as it is.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Ordinary))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        int length;
        for (int i = 0; i < text.Length; i += length)
        {
            length = char.IsSurrogatePair(text, i) ? 2 : 1;
            if (IsShown(CharUnicodeInfo.GetUnicodeCategory(text, i)))
            {
                escaped.Append(text, i, length);
                continue;
            }

            foreach (char hidden in text.AsSpan(i, length))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)hidden:x4}");
            }
        }

        return escaped.ToString();
    }

    /// <summary>The same of at most 500 characters: what a server says may have no end.</summary>
    public static string Excerpt(string text)
    {
        const int Max = 500;
        return text.Length <= Max ? Escape(text) : Escape(text[..Max]) + " ...";
    }

    private static bool IsShown(UnicodeCategory category) =>
        category
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate)
                and not (UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
