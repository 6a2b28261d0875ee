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
        string extension = Path.GetExtension(text);
        string stem = text[..^extension.Length];
        while (Encoding.UTF8.GetByteCount(stem) + Encoding.UTF8.GetByteCount(extension) > MaxBytes)
        {
            if (stem.Length == 0)
            {
                (stem, extension) = (extension, string.Empty);
            }

            stem = stem[..^(stem.Length > 1 && char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem.Length + extension.Length > 0 ? stem + extension : "document";
    }
}
