using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Properties;

/// <summary>
/// Cuts properties text into logical lines as Java does: comments and blank lines dropped, leading blanks dropped,
/// continued lines joined.
/// </summary>
internal static class LogicalLines
{
    /// <summary>
    /// Each logical line, and the number of the natural line where it begins (from 1). Escapes are left as they are.
    /// </summary>
    public static IEnumerable<(int Number, string Text)> Of(string text)
    {
        var joined = new StringBuilder();
        int number = 0;
        int first = 0;
        foreach (string natural in Natural(text))
        {
            number++;
            string line = natural.TrimStart(' ', '\t', '\f');
            if (joined.Length == 0)
            {
                if (line.Length == 0 || line[0] is '#' or '!')
                {
                    continue;
                }

                first = number;
            }

            bool continues = EndsInOddBackslashes(line);
            joined.Append(line, 0, continues ? line.Length - 1 : line.Length);
            if (!continues && joined.Length > 0)
            {
                yield return (first, joined.ToString());
                joined.Clear();
            }
        }

        if (joined.Length > 0)
        {
            yield return (first, joined.ToString());
        }
    }

    private static bool EndsInOddBackslashes(string line) => ((line.Length - line.TrimEnd('\\').Length) & 1) == 1;

    /// <summary>Lines ended by CR, LF or CR LF.</summary>
    private static IEnumerable<string> Natural(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '\r' or '\n')
            {
                yield return text[start..i];
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            yield return text[start..];
        }
    }
}
