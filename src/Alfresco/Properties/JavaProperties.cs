using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Properties;

/// <summary>
/// A file in the format of <c>java.util.Properties.load(InputStream)</c>: ISO-8859-1, <c>\uXXXX</c>, comments with
/// <c>#</c> and <c>!</c>, keys ended by
/// <c>=</c>, <c>:</c> or a blank, lines continued by a backslash. A key that stands twice has its last value. Values
/// keep their trailing blanks.
/// </summary>
internal sealed class JavaProperties
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, string> _values;

    private JavaProperties(Dictionary<string, string> values)
    {
        _values = values;
    }

    public static JavaProperties Empty { get; } = new([]);

    /// <summary>The value as it stands in the file, references not expanded; null where the key is absent.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key);

    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>
    /// Reads a file that <paramref name="setting"/> names. Missing, unreadable or malformed:
    /// <see cref="PermanentException"/> of kind Configuration.
    /// </summary>
    public static JavaProperties Read(string path, string setting)
    {
        byte[] bytes;
        try
        {
            bytes = GivenPath.ReadAll(path, MaxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault($"{setting} '{path}' does not exist: name Alfresco's alfresco-global.properties", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault($"{setting} '{path}' cannot be read ({e.Message}): name a properties file", e);
        }

        try
        {
            return Parse(bytes);
        }
        catch (FormatException e)
        {
            throw Fault($"{setting} '{path}' {e.Message}", e);
        }
    }

    /// <summary>
    /// Parses the file's bytes. A malformed <c>\u</c> escape, which stops Java too, is a <see cref="FormatException"/>.
    /// </summary>
    public static JavaProperties Parse(ReadOnlySpan<byte> bytes)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in LogicalLines.Of(Encoding.Latin1.GetString(bytes)))
        {
            var (key, value) = Split(line.Text);
            values[Unescape(key, line.Number)] = Unescape(value, line.Number);
        }

        return new JavaProperties(values);
    }

    internal static bool IsBlank(char c) => c is ' ' or '\t' or '\f';

    private static (string Key, string Value) Split(string line)
    {
        int end = 0;
        for (; end < line.Length && line[end] is not ('=' or ':') && !IsBlank(line[end]); end++)
        {
            if (line[end] == '\\')
            {
                end++;
            }
        }

        end = Math.Min(end, line.Length);
        int start = end;
        while (start < line.Length && IsBlank(line[start]))
        {
            start++;
        }

        if (start < line.Length && line[start] is '=' or ':')
        {
            start++;
        }

        while (start < line.Length && IsBlank(line[start]))
        {
            start++;
        }

        return (line[..end], line[start..]);
    }

    private static string Unescape(string text, int line)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
            }
            else if (++i < text.Length)
            {
                result.Append(
                    text[i] switch
                    {
                        't' => '\t',
                        'n' => '\n',
                        'r' => '\r',
                        'f' => '\f',
                        'u' => Unicode(text, ref i, line),
                        var other => other,
                    }
                );
            }
        }

        return result.ToString();
    }

    private static char Unicode(string text, ref int at, int line)
    {
        // The value is not quoted: it may be a password.
        var digits = text.AsSpan(at + 1, Math.Min(4, text.Length - at - 1));
        if (
            digits.Length < 4
            || !ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
        )
        {
            throw new FormatException($"has a malformed \\uXXXX escape in line {line}");
        }

        at += 4;
        return (char)code;
    }

    private static PermanentException Fault(string message, Exception? cause = null) =>
        new(ErrorKind.Configuration, message, cause);
}
