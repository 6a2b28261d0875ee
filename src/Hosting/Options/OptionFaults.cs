using System.Globalization;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>Collects everything that is wrong with a configuration, so that it is said at once and not one fault per
/// start.</summary>
internal sealed class OptionFaults
{
    private readonly List<string> _lines = [];
    private readonly List<string> _ids = [];

    /// <param name="line">One line: the setting, its value, how to fix it.</param>
    /// <param name="id">Which condition it is, for those who list them.</param>
    public void Add(string line, string id = "configuration")
    {
        string clean = line.ReplaceLineEndings(" ");
        if (!_lines.Contains(clean, StringComparer.Ordinal))
        {
            _lines.Add(clean);
            _ids.Add(id);
        }
    }

    /// <summary>Takes over the faults that another part found, a line each; what it says of a setting that is reported
    /// already adds nothing.</summary>
    public void Add(AbfException fault)
    {
        HashSet<string> named = [.. _lines.Select(Setting)];
        foreach (Notice found in Notice.Of(fault, "configuration", string.Empty))
        {
            if (!named.Contains(Setting(found.Line)))
            {
                Add(found.Line, found.Id);
            }
        }
    }

    public void RequirePresent(string setting, string? value, string fix)
    {
        if (value is null)
        {
            Add($"{setting} is not set: {fix}");
        }
    }

    public void RequireChoice(string setting, string value, string[] choices)
    {
        if (!choices.Contains(value, StringComparer.Ordinal))
        {
            Add($"{setting} '{value}' does not fit: write {string.Join(" or ", choices)}");
        }
    }

    public void RequireRange(string setting, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            Add($"{setting} '{Words(value)}' is out of bounds: write {Words(min)} to {Words(max)}");
        }
    }

    /// <summary>As settings are written, where that says all of it.</summary>
    private static string Words(TimeSpan value) =>
        value >= TimeSpan.Zero && value.Ticks % TimeSpan.TicksPerSecond == 0
            ? DurationText.Format(value)
            : value.ToString("c", CultureInfo.InvariantCulture);

    private static string Setting(string line) => line.Split(' ', ':')[0];

    /// <exception cref="PermanentException">Of kind Configuration, one line per fault, where there is any.</exception>
    public void ThrowIfAny()
    {
        if (_lines.Count > 0)
        {
            throw new PermanentException(ErrorKind.Configuration, string.Join('\n', _lines)) { Ids = [.. _ids] };
        }
    }
}
