using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Documents;

/// <summary>Names of documents come from the database: what a file may be called that has one.</summary>
public static class FileName
{
    private const int MaxBytes = 240;
    private const string Reserved = "/\\:*?\"<>|";

    /// <summary>
    /// A name that every file system takes. It leads out of no directory, and shows as what it is: nothing in it turns the
    /// order of letters or stays unseen.
    /// </summary>
    public static string Safe(string name)
    {
        StringBuilder safe = new(Math.Min(name.Length, 4 * MaxBytes));
        foreach (Rune rune in name.EnumerateRunes())
        {
            bool isOdd =
                Rune.GetUnicodeCategory(rune)
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                || (rune.IsAscii && Reserved.Contains((char)rune.Value, StringComparison.Ordinal));
            safe.Append(isOdd ? "_" : rune.ToString());
        }

        string text = safe.ToString().TrimEnd(' ', '.').TrimStart(' ');
        if (text.StartsWith('.'))
        {
            // Programs read such files by themselves where they find them, and listings do not show them.
            text = $"_{text}";
        }

        string extension = Path.GetExtension(text);
        if (Encoding.UTF8.GetByteCount(extension) >= MaxBytes)
        {
            extension = string.Empty;
        }

        string stem = Fit(text[..^extension.Length], MaxBytes - Encoding.UTF8.GetByteCount(extension));
        return stem.Length + extension.Length > 0 ? stem + extension : "document";
    }

    /// <summary>As many of the first letters as have so many bytes at most.</summary>
    private static string Fit(string text, int maxBytes)
    {
        int length = 0;
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
