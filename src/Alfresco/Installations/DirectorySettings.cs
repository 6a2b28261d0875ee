using AlfrescoBackupFlows.Alfresco.Content;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Reads the settings that name a directory.</summary>
internal sealed class DirectorySettings(SettingValues values, DiscoveryFaults faults)
{
    // A relative dir.root is said once, not again for each directory beneath it.
    private string? _refusedRoot;

    public bool IsRootRefused => _refusedRoot is not null;

    /// <summary>The path as it is compared with others: no <c>..</c>, no separator at its end.</summary>
    public static string Clean(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>
    /// A directory by option or property, with the name of whichever gave it; null where neither did or the value was
    /// refused.
    /// </summary>
    public ContentRoot? Absolute(string setting, string? option, string property)
    {
        bool fromOption = !string.IsNullOrWhiteSpace(option);

        // Without dir.root everything beneath it is undefined; that is said once, where dir.root is read.
        if (
            !fromOption
            && property != "dir.root"
            && !values.IsInFile(property)
            && values.Text("installation.root", null, "dir.root") is null
        )
        {
            return null;
        }

        string? text = values.Text(setting, option, property);
        if (text is null)
        {
            return null;
        }

        string named = fromOption ? setting : property;
        if (!Path.IsPathFullyQualified(text))
        {
            if (property == "dir.root")
            {
                _refusedRoot = text;
            }
            else if (_refusedRoot is not null && text.StartsWith(_refusedRoot, StringComparison.Ordinal))
            {
                return null;
            }

            faults.Add(
                $"{named} '{text}' is not an absolute path: Alfresco reads it from its own working directory, so set "
                    + $"{(fromOption ? "an absolute path" : setting)}",
                "relative-path"
            );
            return null;
        }

        return new ContentRoot(string.Empty, Clean(text), named);
    }
}
