using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace AlfrescoBackupFlows.Platform;

/// <summary>A password, passphrase, connection string or signature. Prints as <c>[secret]</c>; the value is read only
/// where it is used.</summary>
public sealed partial class Secret
{
    private const string Shown = "[secret]";

    // Of every secret of this process, whoever read it: there are few, and each may turn up in an unforeseen error.
    private static readonly ConcurrentDictionary<string, bool> Values = new(StringComparer.Ordinal);

    private readonly string _value;

    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
        foreach (string part in PartsOf(value))
        {
            Values.TryAdd(part, true);
        }
    }

    /// <summary>The value itself. Never put it into a log, an error, a command line or a persisted state.</summary>
    public string Reveal() => _value;

    /// <summary>The value as UTF-8; the caller clears the array after use.</summary>
    public byte[] RevealUtf8() => Encoding.UTF8.GetBytes(_value);

    public override string ToString() => Shown;

    /// <summary>
    /// The text without any secret that this process has read so far, nor the keys and signatures in one that is a
    /// connection string, nor <see cref="RedactSignatures">signatures of URLs</see>. For text that was not written for
    /// others to read, such as the details of a defect.
    /// </summary>
    public static string Redact(string text) =>
        RedactSignatures(
            Values
                .Keys.OrderByDescending(value => value.Length)
                .Aggregate(text, (left, value) => left.Replace(value, Shown, StringComparison.Ordinal))
        );

    /// <summary>The text without the signatures of URLs in it, such as one that was given in place of a path.</summary>
    public static string RedactSignatures(string text) => Signature().Replace(text, $"${{name}}{Shown}");

    private static IEnumerable<string> PartsOf(string value)
    {
        foreach (string whole in (string[])[value, value.Trim()])
        {
            if (whole.Length > 0)
            {
                yield return whole;
                yield return Uri.EscapeDataString(whole);
            }
        }

        foreach (string pair in value.Split(';'))
        {
            // AccountKey=..., SharedAccessSignature=..., Password=...
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (
                equals > 0
                && pair[(equals + 1)..].Trim() is { Length: > 0 } part
                && SecretNames.Any(name => pair[..equals].Contains(name, StringComparison.OrdinalIgnoreCase))
            )
            {
                yield return part;
            }
        }
    }

    private static readonly string[] SecretNames = ["key", "signature", "password"];

    // The value that Azure, and those that took it over, have at the end of a shared access signature.
    [GeneratedRegex(
        """(?<name>[?&;]sig=)[^&;#\s'"]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Signature();
}
