using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Documents;

/// <summary>Names of documents come from the database: what a file may be called that has one.</summary>
public static class FileName
{
    private const int MaxBytes = 240;
    private const string Reserved = "/\\:*?\"<>|";

    /// <summary>Windows opens a device in place of a file of these names, in every directory and with any extension.</summary>
    private static readonly FrozenSet<string> Devices = Enumerable
        .Range(0, 10)
        .Select(static number => $"{number}")
        .Concat(["\u00B9", "\u00B2", "\u00B3"])
        .SelectMany(static number => new[] { $"COM{number}", $"LPT{number}" })
        .Concat(["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"])
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A name that every file system takes. It leads out of no directory and to no device, and shows as what it is: nothing
    /// in it turns the order of letters or stays unseen.
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
        // Programs read files that begin with a dot by themselves where they find them, and listings do not show them.
        if (
            text.StartsWith('.')
            || Devices.Contains(text.AsSpan().IndexOf('.') is var dot and >= 0 ? text[..dot].TrimEnd(' ') : text)
        )
        {
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
