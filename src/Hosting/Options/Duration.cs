using System.Globalization;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Flows.Options;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>
/// Durations as people write them: <c>26h</c>, <c>1d12h</c>, <c>90m</c>, <c>90min</c>, or <c>[days.]hours:minutes[:seconds]</c>.
/// Not <see cref="TimeSpan.Parse(string)"/>, which reads <c>26:00</c> as 26 days.
/// </summary>
public static partial class Duration
{
    public const string Form = "write a duration such as 26h, 1d12h, 90m or 26:00:00";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        Match match = Units().Match(text);
        match = match.Success ? match : Clock().Match(text);
        duration = default;
        if (!match.Success || text.Length == 0)
        {
            return false;
        }

        // At most five digits each: no sum overflows.
        duration = new TimeSpan(Number(match, "d"), Number(match, "h"), Number(match, "m"), Number(match, "s"));
        return true;
    }

    /// <summary>As short as it can be read again: <c>26h</c> is <c>1d2h</c>.</summary>
    public static string Format(TimeSpan duration) => DurationText.Format(duration);

    private static int Number(Match match, string group) =>
        match.Groups[group] is { Success: true } g ? int.Parse(g.ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^((?<d>[0-9]{1,5})d)?((?<h>[0-9]{1,5})h)?((?<m>[0-9]{1,5})m(in)?)?((?<s>[0-9]{1,5})s)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Units();

    [GeneratedRegex(
        @"^((?<d>[0-9]{1,5})\.)?(?<h>[0-9]{1,5}):(?<m>[0-5][0-9])(:(?<s>[0-5][0-9]))?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Clock();
}
