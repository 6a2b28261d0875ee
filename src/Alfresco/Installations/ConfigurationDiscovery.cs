using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>The files of Alfresco's configuration, and whether any keystore is captured.</summary>
internal sealed class ConfigurationDiscovery(
    InstallationOptions options,
    SettingValues values,
    DiscoveryFaults faults,
    List<string> warnings
)
{
    private const string FilePrefix = "file:";
    private const string ClasspathPrefix = "classpath:";
    private const string KeystoreDirectory = "dir.keystore";

    /// <param name="roots">What is captured as content: what lies in it is not captured again.</param>
    public ImmutableArray<ConfigurationFile> Files(ImmutableArray<ContentRoot> roots)
    {
        List<ConfigurationFile> files = [];
        if (values is { Place: { } properties, AreIncomplete: false })
        {
            files.Add(
                new ConfigurationFile(Path.GetFullPath(properties), "installation.globalProperties", IsKeystore: false)
            );
            if (!values.Properties.Any())
            {
                warnings.Add(
                    $"installation.globalProperties '{properties}' sets no property: is it the file that Alfresco reads?"
                );
            }
        }

        foreach (string path in options.ConfigurationFiles)
        {
            AddNamed(files, path, roots);
        }

        bool anyKeystore = roots.Any(static root => root.Name == ContentRoot.Keystore);
        foreach (ConfigurationFile keystore in Keystores())
        {
            bool exists = Exists(keystore.Path);
            if (!exists)
            {
                warnings.Add(
                    $"{keystore.Setting} '{keystore.Path}' does not exist: it is not captured, and without its "
                        + "keystore encrypted content is lost"
                );
            }

            // What lies in a root is captured with it.
            if (!roots.Any(root => root.Holds(keystore.Path)))
            {
                anyKeystore |= exists;
                files.Add(keystore);
            }
        }

        if (!anyKeystore && !values.AreIncomplete)
        {
            WarnOfNoKeystore();
        }

        return [.. files.DistinctBy(static file => file.Path)];
    }

    /// <summary>A property's value as a path of the file system; null for what lies in the program.</summary>
    public static string? PathOf(string value)
    {
        if (value.StartsWith(ClasspathPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        if (!value.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return value;
        }

        return Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.IsFile
            ? uri.LocalPath
            : value[FilePrefix.Length..];
    }

    private void AddNamed(List<ConfigurationFile> files, string path, ImmutableArray<ContentRoot> roots)
    {
        const string Setting = "installation.configurationFiles";
        if (!Path.IsPathFullyQualified(path))
        {
            faults.Add($"{Setting} '{path}' is not an absolute path: name a file or a directory");
        }
        else if (!Exists(path))
        {
            faults.Add($"{Setting} '{path}' does not exist: correct it, or remove it from the list");
        }
        else if (roots.FirstOrDefault(root => root.Holds(path) || ContentRoot.Holds(path, root.Path)) is { } root)
        {
            faults.Add(
                $"{Setting} '{path}' and {root.Setting} '{root.Path}' lie in one another: name files of the "
                    + "configuration, or a directory that holds no content"
            );
        }
        else
        {
            files.Add(new ConfigurationFile(Clean(path), Setting, IsKeystore: false));
        }
    }

    /// <summary>
    /// Keystores, truststores and the files with their passwords that properties name by themselves.
    /// </summary>
    private IEnumerable<ConfigurationFile> Keystores()
    {
        foreach (string property in values.Properties.Where(NamesKeystore).Order(StringComparer.Ordinal))
        {
            if (values.TryExpand(property, out string? fault) is not { } value)
            {
                warnings.Add($"{property} {fault}: what it names is not captured");
            }
            else if (PathOf(value) is not { Length: > 0 } path)
            {
                // It lies inside the program, and comes back with it.
                continue;
            }
            else if (!Path.IsPathFullyQualified(path))
            {
                warnings.Add(
                    $"{property} '{path}' is not an absolute path: it is not captured; name the file in "
                        + "installation.configurationFiles"
                );
            }
            else
            {
                yield return new ConfigurationFile(Clean(path), property, IsKeystore: true);
            }
        }
    }

    /// <summary>
    /// <c>encryption.keystore.location</c>, <c>encryption.ssl.truststore.location</c>, each with a
    /// <c>.keyMetaData.location</c>, backups of them, and keystores of other subsystems.
    /// </summary>
    private static bool NamesKeystore(string property)
    {
        bool isOfKeys =
            property.Contains("keystore", StringComparison.OrdinalIgnoreCase)
            || property.Contains("truststore", StringComparison.OrdinalIgnoreCase)
            || property.Contains("keyMetaData", StringComparison.OrdinalIgnoreCase);
        return property != KeystoreDirectory
            && isOfKeys
            && (
                property.EndsWith("location", StringComparison.OrdinalIgnoreCase)
                || property.EndsWith("keystore", StringComparison.OrdinalIgnoreCase)
                || property.EndsWith("truststore", StringComparison.OrdinalIgnoreCase)
            );
    }

    private void WarnOfNoKeystore()
    {
        string? text = values.Text("installation.content.keystore", null, KeystoreDirectory);
        string why =
            text is null ? $"{KeystoreDirectory} is not set"
            : PathOf(text) is null ? $"{KeystoreDirectory} '{text}' lies inside the program"
            : $"{KeystoreDirectory} '{text}' is not a directory";
        warnings.Add(
            $"{why}: no keystore is captured, and without its keystore encrypted content is lost; where there is one, "
                + "name its directory in installation.content.keystore"
        );
    }

    private static bool Exists(string path) => GivenPath.IsFile(path) || GivenPath.IsDirectory(path);

    private static string Clean(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
