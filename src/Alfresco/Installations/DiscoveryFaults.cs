using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Collects what is wrong with an installation's configuration.</summary>
internal sealed class DiscoveryFaults
{
    private readonly List<string> _lines = [];
    private readonly List<string> _ids = [];

    /// <param name="id">Which condition it is, for those who list them.</param>
    public void Add(string line, string id = "configuration")
    {
        string clean = PlainText.Escape(line);
        if (!_lines.Contains(clean, StringComparer.Ordinal))
        {
            _lines.Add(clean);
            _ids.Add(id);
        }
    }

    /// <summary>
    /// A value that is given nowhere. Where the properties could not be read it may well stand there, so nothing is
    /// said.
    /// </summary>
    public void AddMissing(SettingValues values, string setting, string property, string example)
    {
        if (!values.AreIncomplete && !values.HasFaulted(property))
        {
            Add(
                values.Place is { } place
                    ? $"{property} is not set in '{place}': set it there, or {setting}, {example}"
                    : $"{setting} is not set: set it, {example}, or name installation.globalProperties"
            );
        }
    }

    public void ThrowIfAny()
    {
        if (_lines.Count > 0)
        {
            throw new PermanentException(ErrorKind.Configuration, string.Join('\n', _lines)) { Ids = [.. _ids] };
        }
    }
}
