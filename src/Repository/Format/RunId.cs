using System.Globalization;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// The id of a run, and of the set that it commits: <c>20261122T201500Z-1f2e3d4c</c>, the UTC time of its start and 8
/// hexadecimal digits. Ids sort by time.
/// </summary>
[JsonConverter(typeof(RunIdJsonConverter))]
public readonly record struct RunId
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    private readonly string? _text;

    private RunId(string text) => _text = text;

    /// <summary>The time in the id; null where the digits are no time.</summary>
    public DateTimeOffset? Started =>
        DateTimeOffset.TryParseExact(
            _text?[..16],
            TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time
        )
            ? time
            : null;

    public static RunId Create(DateTimeOffset started, Guid random)
    {
        string digits = random.ToString("N", CultureInfo.InvariantCulture);
        string time = started.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        return new RunId($"{time}-{digits.AsSpan(0, 8)}");
    }

    public static bool TryParse(string? text, out RunId id)
    {
        id = default;
        if (text is not { Length: 25 } || text[8] != 'T' || text[15] != 'Z' || text[16] != '-')
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            bool fits = i switch
            {
                8 or 15 or 16 => true,
                < 16 => char.IsAsciiDigit(text[i]),
                _ => char.IsAsciiHexDigitLower(text[i]),
            };
            if (!fits)
            {
                return false;
            }
        }

        id = new RunId(text);
        return true;
    }

    public static RunId Parse(string text) =>
        TryParse(text, out RunId id)
            ? id
            : throw new FormatException($"'{text}' is not a run id such as 20261122T201500Z-1f2e3d4c.");

    public override string ToString() => _text ?? string.Empty;
}
