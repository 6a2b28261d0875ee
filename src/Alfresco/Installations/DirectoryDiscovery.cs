using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>The content roots of an installation, and its keystore.</summary>
internal sealed class DirectoryDiscovery(
    InstallationOptions options,
    DirectorySettings directories,
    SettingValues values,
    DiscoveryFaults faults,
    List<Notice> notices
)
{
    /// <summary>Set for a connector that keeps content at a service.</summary>
    private static readonly string[] OutsideStores =
    [
        "connector.az.containerName",
        "connector.s3.bucketName",
        "s3.bucketName",
    ];

    /// <summary>What tells this installation's files from another's: <c>dir.root</c>, else the content store.</summary>
    public string Identity { get; private set; } = string.Empty;

    /// <summary>In capture order. <c>contentstore</c> and named stores always; the others where they exist.</summary>
    public ImmutableArray<ContentRoot> Roots()
    {
        var content = options.Content;
        string? root = ReadRoot();
        var roots = ImmutableArray.CreateBuilder<ContentRoot>();
        if (
            directories.Absolute("installation.content.contentstore", content.Contentstore, "dir.contentstore") is
            { } store
        )
        {
            roots.Add(store with { Name = ContentRoot.Contentstore });
        }

        foreach (var (name, path) in content.Stores.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            AddStore(roots, name, path);
        }

        AddTenants(roots);

        // The cleaner moves files from contentstore to contentstore.deleted: captured in this order, a file that moves
        // is in at least one.
        AddWherePresent(
            roots,
            ContentRoot.Deleted,
            directories.Absolute("installation.content.deleted", content.Deleted, "dir.contentstore.deleted")
        );
        AddWherePresent(
            roots,
            ContentRoot.Audit,
            directories.Absolute("installation.content.audit", content.Audit, "dir.auditcontentstore")
        );
        AddKeystore(roots, root);
        WarnOfUncovered(roots);
        Identity = root ?? roots.FirstOrDefault()?.Path ?? string.Empty;
        return roots.ToImmutable();
    }

    private string? ReadRoot()
    {
        var root = directories.Absolute("installation.root", options.Root, "dir.root");
        if (root is null && !directories.IsRootRefused && string.IsNullOrWhiteSpace(options.Content.Contentstore))
        {
            faults.AddMissing(values, "installation.root", "dir.root", "such as /opt/alfresco/alf_data");
        }

        return root?.Path;
    }

    private void AddStore(ImmutableArray<ContentRoot>.Builder roots, string name, string path)
    {
        string setting = $"installation.content.stores.{name}";
        if (!ContentUrlMap.IsStoreName(name))
        {
            faults.Add(
                $"{setting}: '{name}' cannot name a store; write 1 to 64 of A-Z a-z 0-9 + - . _, but not store or "
                    + "spoof"
            );
        }
        else if (directories.Absolute(setting, path, setting) is { } root)
        {
            roots.Add(root with { Name = ContentRoot.Stores + name });
        }
    }

    private void AddTenants(ImmutableArray<ContentRoot>.Builder roots)
    {
        const string Property = "dir.contentstore.tenants";
        const string Name = ContentRoot.Stores + "tenants";
        if (values.IsInFile(Property) && roots.All(static r => r.Name != Name))
        {
            AddWherePresent(roots, Name, directories.Absolute("installation.content.stores.tenants", null, Property));
        }
    }

    private void AddWherePresent(ImmutableArray<ContentRoot>.Builder roots, string name, ContentRoot? root)
    {
        if (root is null)
        {
            return;
        }

        if (GivenPath.IsDirectory(root.Path))
        {
            roots.Add(root with { Name = name });
        }
        else if (root.Setting.StartsWith("installation.", StringComparison.Ordinal))
        {
            faults.Add($"{root.Setting} '{root.Path}' is not a directory: correct it, or remove the setting");
        }
        else if (name == ContentRoot.Deleted || values.IsInFile(root.Setting))
        {
            notices.Add(
                new Notice(
                    "root-missing",
                    $"{root.Setting} '{root.Path}' does not exist",
                    "it is not captured",
                    "mount its volume, create the directory, or correct the property"
                )
            );
        }
    }

    /// <summary>
    /// Directories that further properties name (<c>dir.contentstore2</c>, <c>dir.archivestore</c>), and stores that
    /// are no directory at all.
    /// </summary>
    private void WarnOfUncovered(ImmutableArray<ContentRoot>.Builder roots)
    {
        foreach (string property in values.Properties.Order(StringComparer.Ordinal))
        {
            if (OutsideStores.Contains(property, StringComparer.Ordinal))
            {
                notices.Add(
                    new Notice(
                        "store-outside",
                        $"{property} is set: Alfresco keeps content outside of the file system",
                        "that content is in no set",
                        "protect it with the means of its service, such as versions and replication"
                    )
                );
            }
            else if (
                IsStore(property)
                && values.TryExpand(property, out _) is { } path
                && Path.IsPathFullyQualified(path)
                && GivenPath.IsDirectory(path)
                && !roots.Any(root => root.Holds(path))
            )
            {
                notices.Add(
                    new Notice(
                        "store-not-covered",
                        $"{property} '{path}' lies in no content root",
                        "what Alfresco keeps there is in no set",
                        "name it in installation.content.stores"
                    )
                );
            }
        }

        static bool IsStore(string property) =>
            property.StartsWith("dir.", StringComparison.Ordinal)
            && property.Contains("store", StringComparison.OrdinalIgnoreCase)
            && !property.Contains("keystore", StringComparison.OrdinalIgnoreCase);
    }

    private void AddKeystore(ImmutableArray<ContentRoot>.Builder roots, string? root)
    {
        const string Setting = "installation.content.keystore";
        const string Property = "dir.keystore";
        if (!string.IsNullOrWhiteSpace(options.Content.Keystore))
        {
            AddWherePresent(
                roots,
                ContentRoot.Keystore,
                directories.Absolute(Setting, options.Content.Keystore, Property)
            );
            return;
        }

        // The default, classpath:alfresco/keystore, lies inside the program: it comes back with it.
        string? text = values.Text(Setting, null, Property) is { } value ? ConfigurationDiscovery.PathOf(value) : null;
        if (text is not null && Path.IsPathFullyQualified(text) && GivenPath.IsDirectory(text))
        {
            roots.Add(new ContentRoot(ContentRoot.Keystore, DirectorySettings.Clean(text), Property));
        }
        else if (root is not null && GivenPath.IsDirectory(Path.Join(root, "keystore")))
        {
            roots.Add(
                new ContentRoot(
                    ContentRoot.Keystore,
                    DirectorySettings.Clean(Path.Join(root, "keystore")),
                    "the keystore"
                )
            );
        }
    }
}
