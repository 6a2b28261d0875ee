using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Where Alfresco's own job puts the copy of its Lucene index, and when.</summary>
internal sealed class LuceneDiscovery(
    SearchIndexOptions index,
    DirectorySettings directories,
    SettingValues values,
    DiscoveryFaults faults
)
{
    /// <returns>Null after a fault.</returns>
    public SearchIndexSource? Source(TimeZoneInfo zone)
    {
        const string CronSetting = "installation.index.cron";
        const string CronProperty = "index.backup.cronExpression";
        var place = directories.Absolute("installation.index.path", index.Path, "dir.indexes.backup");
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

    private void RefuseLiveIndex(ContentRoot place)
    {
        string? live =
            values.Text("installation.index.path", null, "dir.indexes") is { } path && Path.IsPathFullyQualified(path)
                ? DirectorySettings.Clean(path)
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
}
