using System.Reflection;
using AlfrescoBackupFlows.Alfresco.Installations;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The settings that are paths, as <see cref="PathSettingAttribute"/> marks them.</summary>
public static class PathSettings
{
    /// <summary>Every path that is set, with the way to put another in its place.</summary>
    public static IEnumerable<(string Path, Action<string> Set)> In(BackupOptions options) => InSection(options);

    private static IEnumerable<(string Path, Action<string> Set)> InSection(object section)
    {
        foreach (OptionProperty option in OptionProperty.Of(section.GetType(), prefix: ""))
        {
            PropertyInfo property = option.Property;
            IEnumerable<(string, Action<string>)> found = property.GetValue(section) switch
            {
                { } inner when option.Shape is OptionShape.Section => InSection(inner),
                object[] inner when option.Shape is OptionShape.Sections => inner.SelectMany(InSection),
                string path when IsPath(property) => [(path, changed => property.SetValue(section, changed))],
                string[] list when IsPath(property) => InList(list),
                IDictionary<string, string> map when IsPath(property) => InMap(map),
                _ => [],
            };
            foreach ((string, Action<string>) path in found)
            {
                yield return path;
            }
        }
    }

    private static IEnumerable<(string Path, Action<string> Set)> InList(string[] list) =>
        list.Select((path, number) => (path, (Action<string>)(changed => list[number] = changed)))
            .Where(entry => entry.path.Length > 0);

    private static IEnumerable<(string Path, Action<string> Set)> InMap(IDictionary<string, string> map) =>
        map.ToArray().Select(entry => (entry.Value, (Action<string>)(changed => map[entry.Key] = changed)));

    private static bool IsPath(PropertyInfo property) => property.IsDefined(typeof(PathSettingAttribute));
}
