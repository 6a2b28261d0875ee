using AlfrescoBackupFlows.Alfresco.Properties;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>
/// A value comes from the options, else from the properties, else from what Alfresco itself ships; references are
/// expanded.
/// </summary>
internal sealed class SettingValues
{
    // Alfresco's own repository.properties: what a reference leads to when alfresco-global.properties leaves it out.
    private static readonly Dictionary<string, string> AlfrescoDefaults = new(StringComparer.Ordinal)
    {
        ["db.name"] = "alfresco",
        ["db.username"] = "alfresco",
        ["db.password"] = "alfresco",
        ["db.host"] = "localhost",
        ["db.params"] = "",
        ["dir.contentstore"] = "${dir.root}/contentstore",
        ["dir.contentstore.deleted"] = "${dir.root}/contentstore.deleted",
        ["dir.auditcontentstore"] = "${dir.root}/audit.contentstore",
        ["dir.keystore"] = "classpath:alfresco/keystore",
        ["dir.indexes"] = "${dir.root}/lucene-indexes",
        ["dir.indexes.backup"] = "${dir.root}/backup-lucene-indexes",
    };

    private readonly JavaProperties _properties;
    private readonly DiscoveryFaults _faults;
    private readonly string? _root;
    private readonly HashSet<string> _faulted = new(StringComparer.Ordinal);

    private SettingValues(
        JavaProperties properties,
        string? place,
        bool incomplete,
        string? root,
        DiscoveryFaults faults
    )
    {
        _properties = properties;
        _faults = faults;
        _root = root;
        Place = place;
        AreIncomplete = incomplete;
    }

    /// <summary>The properties file; null where none is named.</summary>
    public string? Place { get; }

    /// <summary>The properties file could not be read, which has been said.</summary>
    public bool AreIncomplete { get; }

    public static SettingValues Read(InstallationOptions options, DiscoveryFaults faults)
    {
        string? root = string.IsNullOrWhiteSpace(options.Root) ? null : options.Root;
        if (string.IsNullOrWhiteSpace(options.GlobalProperties))
        {
            return new SettingValues(JavaProperties.Empty, null, incomplete: false, root, faults);
        }

        try
        {
            return new SettingValues(
                JavaProperties.Read(options.GlobalProperties, "installation.globalProperties"),
                options.GlobalProperties,
                incomplete: false,
                root,
                faults
            );
        }
        catch (PermanentException e)
        {
            faults.Add(e.Message);
            return new SettingValues(JavaProperties.Empty, options.GlobalProperties, incomplete: true, root, faults);
        }
    }

    /// <summary>Names of the properties that the file itself gives a value.</summary>
    public IEnumerable<string> Properties => _properties.Keys.Where(IsInFile);

    /// <summary>True where the property's value was refused, which has been said.</summary>
    public bool HasFaulted(string property) => _faulted.Contains(property);

    /// <summary>True where the properties file itself gives a value.</summary>
    public bool IsInFile(string property) => !string.IsNullOrWhiteSpace(_properties[property]);

    /// <summary>The option, else the property, expanded and trimmed; null for neither and for blanks.</summary>
    public string? Text(string setting, string? option, string property)
    {
        string? text = string.IsNullOrWhiteSpace(option) ? Raw(setting, property)?.Trim() : option.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The property, expanded; null where it is not set, or was refused.</summary>
    /// <param name="setting">The option to use instead, for messages.</param>
    public string? Raw(string setting, string property)
    {
        if (Find(property) is not { } raw)
        {
            return null;
        }

        try
        {
            string value = References.Expand(raw, Find);
            return IsEncrypted(value)
                ? Refuse(
                    property,
                    $"{property} is encrypted (ENC(...)), which only Alfresco can undo: set {setting} instead"
                )
                : value;
        }
        catch (FormatException e)
        {
            // A reference into a file that could not be read is not a fault of its own.
            return AreIncomplete
                ? null
                : Refuse(property, $"{property} {e.Message}: set it in the properties file, or set {setting}");
        }
    }

    /// <summary>
    /// The property, expanded and trimmed; null where it cannot be known here, which is no fault, with the reason.
    /// </summary>
    public string? TryExpand(string property, out string? fault)
    {
        fault = null;
        try
        {
            string? value = Find(property) is { } raw ? References.Expand(raw, Find).Trim() : null;
            if (value is null || !IsEncrypted(value))
            {
                return value;
            }

            fault = "is encrypted (ENC(...)), which only Alfresco can undo";
        }
        catch (FormatException e)
        {
            fault = e.Message;
        }

        return null;
    }

    private static bool IsEncrypted(string value) =>
        value.Trim() is var text && text.StartsWith("ENC(", StringComparison.Ordinal) && text.EndsWith(')');

    private string? Refuse(string property, string message)
    {
        _faulted.Add(property);
        _faults.Add(message);
        return null;
    }

    private string? Find(string property) =>
        property == "dir.root" && _root is not null
            ? _root
            : _properties[property]
                ?? (
                    Place is not null || property.StartsWith("dir.", StringComparison.Ordinal)
                        ? AlfrescoDefaults.GetValueOrDefault(property)
                        : null
                );
}
