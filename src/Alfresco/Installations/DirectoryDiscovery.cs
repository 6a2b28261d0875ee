using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>The directories of an installation: content roots, keystore, index backup.</summary>
internal sealed class DirectoryDiscovery(
    InstallationOptions options,
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

    // A relative dir.root is said once, not again for each directory beneath it.
    private string? _refusedRoot;

    /// <summary>What tells this installation's files from another's: <c>dir.root</c>, else the content store.</summary>
    public string Identity { get; private set; } = string.Empty;

    /// <summary>In capture order. <c>contentstore</c> and named stores always; the others where they exist.</summary>
    public ImmutableArray<ContentRoot> Roots()
    {
        var content = options.Content;
        string? root = ReadRoot();
        var roots = ImmutableArray.CreateBuilder<ContentRoot>();
        if (Absolute("installation.content.contentstore", content.Contentstore, "dir.contentstore") is { } store)
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
            Absolute("installation.content.deleted", content.Deleted, "dir.contentstore.deleted")
        );
        AddWherePresent(
            roots,
            ContentRoot.Audit,
            Absolute("installation.content.audit", content.Audit, "dir.auditcontentstore")
        );
        AddKeystore(roots, root);
        WarnOfUncovered(roots);
        Identity = root ?? roots.FirstOrDefault()?.Path ?? string.Empty;
        return roots.ToImmutable();
    }

    /// <summary>The index backup; null after a fault.</summary>
    public SearchIndexSource? Index(TimeZoneInfo zone)
    {
        const string CronSetting = "installation.index.cron";
        const string CronProperty = "index.backup.cronExpression";
        var index = options.Index;
        var place = Absolute("installation.index.path", index.Path, "dir.indexes.backup");
        if (place is not null)
        {
            RefuseLiveIndex(place);
        }

        SearchIndexSchedule? schedule = null;
        try
        {
            bool fromOption = !string.IsNullOrWhiteSpace(index.Cron);
            schedule = SearchIndexSchedule.Parse(
                values.Text(CronSetting, index.Cron, CronProperty) ?? SearchIndexSchedule.Default,
                zone,
                fromOption ? CronSetting : CronProperty
            );
        }
        catch (PermanentException e)
        {
            faults.Add(e.Message);
        }

        return place is null || schedule is null
            ? null
            : new SearchIndexSource(
                place.Path,
                schedule,
                index.OnWindow == "refuse" ? OnWindow.Refuse : OnWindow.Wait,
                index.MaxWait,
                index.MaxAge,
                [.. index.RefreshCommand]
            )
            {
                OtherSubsystem = OtherSubsystem(),
            };
    }

    /// <summary>
    /// What in the properties says that Alfresco's index is not Lucene's own, and so has no copy made by its job; null
    /// where nothing does.
    /// </summary>
    private string? OtherSubsystem()
    {
        const string Subsystem = "index.subsystem.name";
        if (values.IsInFile(Subsystem))
        {
            string? name = values.TryExpand(Subsystem, out _);
            return name is null or "lucene" or "buildonly" ? null : $"{Subsystem} is '{name}'";
        }

        return values.Properties.Order(StringComparer.Ordinal).FirstOrDefault(IsOfSolr) is { } property
            ? $"{property} is set"
            : null;

        static bool IsOfSolr(string property) =>
            property.StartsWith("solr.", StringComparison.Ordinal)
            || property.StartsWith("elasticsearch.", StringComparison.Ordinal);
    }

    /// <summary>Two roots in one another would be captured twice and restored into each other.</summary>
    public static void RefuseNesting(
        ImmutableArray<ContentRoot> roots,
        SearchIndexSource? index,
        DiscoveryFaults faults
    )
    {
        List<(string Setting, string Path, string Real)> all =
        [
            .. roots.Select(static r => (r.Setting, r.Path, RealPath(r.Path))),
        ];
        if (index is not null)
        {
            all.Add(("the index backup", index.Path, RealPath(index.Path)));
        }

        for (int i = 0; i < all.Count; i++)
        {
            for (int j = i + 1; j < all.Count; j++)
            {
                var (a, b) = (all[i], all[j]);
                if (a.Real == b.Real)
                {
                    faults.Add(
                        $"{a.Setting} and {b.Setting} are the same directory '{a.Path}': each needs one of its own"
                    );
                }
                else if (ContentRoot.IsBeneath(a.Real, b.Real) || ContentRoot.IsBeneath(b.Real, a.Real))
                {
                    faults.Add(
                        $"{a.Setting} '{a.Path}' and {b.Setting} '{b.Path}' lie in one another: each needs a "
                            + "directory of its own"
                    );
                }
            }
        }
    }

    private string? ReadRoot()
    {
        var root = Absolute("installation.root", options.Root, "dir.root");
        if (root is null && _refusedRoot is null && string.IsNullOrWhiteSpace(options.Content.Contentstore))
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
        else if (Absolute(setting, path, setting) is { } root)
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
            AddWherePresent(roots, Name, Absolute("installation.content.stores.tenants", null, Property));
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
            AddWherePresent(roots, ContentRoot.Keystore, Absolute(Setting, options.Content.Keystore, Property));
            return;
        }

        // The default, classpath:alfresco/keystore, lies inside the program: it comes back with it.
        string? text = values.Text(Setting, null, Property) is { } value ? ConfigurationDiscovery.PathOf(value) : null;
        if (text is not null && Path.IsPathFullyQualified(text) && GivenPath.IsDirectory(text))
        {
            roots.Add(new ContentRoot(ContentRoot.Keystore, Clean(text), Property));
        }
        else if (root is not null && GivenPath.IsDirectory(Path.Join(root, "keystore")))
        {
            roots.Add(new ContentRoot(ContentRoot.Keystore, Clean(Path.Join(root, "keystore")), "the keystore"));
        }
    }

    private void RefuseLiveIndex(ContentRoot place)
    {
        string? live =
            values.Text("installation.index.path", null, "dir.indexes") is { } path && Path.IsPathFullyQualified(path)
                ? Clean(path)
                : null;
        if (
            Path.GetFileName(place.Path) == "lucene-indexes"
            || (
                live is not null
                && (
                    place.Path == live
                    || ContentRoot.IsBeneath(place.Path, live)
                    || ContentRoot.IsBeneath(live, place.Path)
                )
            )
        )
        {
            faults.Add(
                $"{place.Setting} '{place.Path}' is the live index, and copying that corrupts it: name the directory "
                    + "into which Alfresco's index-backup job copies (dir.indexes.backup)"
            );
        }
    }

    /// <summary>
    /// A directory by option or property, with the name of whichever gave it; null where neither did or the value was
    /// refused.
    /// </summary>
    private ContentRoot? Absolute(string setting, string? option, string property)
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

    private static string Clean(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static string RealPath(string path)
    {
        try
        {
            return GivenPath.FinalTarget(path) is { } target ? Clean(target) : path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Missing, out of reach, or not a link that can be followed: its name stands for itself, and opening it
            // will say the rest.
            return path;
        }
    }
}
