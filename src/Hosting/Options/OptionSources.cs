using System.Globalization;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using Microsoft.Extensions.Configuration;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>Says of each setting where its value comes from.</summary>
/// <param name="filePath">Null: there is none.</param>
internal sealed class OptionSources(IConfiguration file, string? filePath, IConfiguration environment)
{
    private const string Hidden = "[secret]";

    /// <param name="installation">What was discovered; null: nothing was looked for.</param>
    public IReadOnlyList<OptionSource> Of(BackupOptions options, Installation? installation)
    {
        Dictionary<string, OptionSource> discovered = (
            installation is null ? [] : Discovered(installation)
        ).ToDictionary(source => source.Path, StringComparer.Ordinal);
        var found = new List<OptionSource>();
        foreach ((string path, object? value) in Values(options, string.Empty))
        {
            OptionSource? given = Given(path, value);
            if ((given ?? discovered.GetValueOrDefault(path) ?? Default(path, value)) is { } source)
            {
                found.Add(source);
            }
        }

        return found;
    }

    private static IEnumerable<(string Path, object? Value)> Values(object section, string prefix)
    {
        foreach (OptionProperty option in OptionProperty.Of(section.GetType(), prefix))
        {
            object? value = option.Property.GetValue(section);
            IEnumerable<(string, object?)> inner = option.Shape switch
            {
                OptionShape.Section => Values(value!, option.Path + "."),
                OptionShape.Sections => ((object[])value!)
                    .Index()
                    .SelectMany(item =>
                        Values(item.Item, string.Create(CultureInfo.InvariantCulture, $"{option.Path}.{item.Index}."))
                    ),
                _ => [(option.Path, value)],
            };
            foreach ((string, object?) found in inner)
            {
                yield return found;
            }
        }
    }

    private OptionSource? Given(string path, object? value)
    {
        string key = path.Replace('.', ':');
        if (IsIn(environment, key))
        {
            string variable =
                OptionsReader.EnvironmentPrefix + path.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();
            return new OptionSource(path, Text(value), OptionOrigin.Environment, variable);
        }

        return IsIn(file, key) ? new OptionSource(path, Text(value), OptionOrigin.File, filePath) : null;
    }

    private static bool IsIn(IConfiguration configuration, string key) =>
        configuration.GetSection(key) is var section
        && (!string.IsNullOrEmpty(section.Value) || section.GetChildren().Any());

    private static OptionSource? Default(string path, object? value) =>
        Text(value) is { Length: > 0 } text ? new OptionSource(path, text, OptionOrigin.Default, null) : null;

    private static IEnumerable<OptionSource> Discovered(Installation installation)
    {
        (string Name, string Setting)[] roots =
        [
            (ContentRoot.Contentstore, "contentstore"),
            (ContentRoot.Deleted, "deleted"),
            (ContentRoot.Audit, "audit"),
            (ContentRoot.Keystore, "keystore"),
        ];
        yield return Found("installation.root", installation.Root, "dir.root");
        foreach (ContentRoot root in installation.Roots)
        {
            if (roots.FirstOrDefault(known => known.Name == root.Name).Setting is { } setting)
            {
                yield return Found($"installation.content.{setting}", root.Path, root.Setting);
            }
        }

        yield return Found("installation.database.url", installation.Database.Place, "db.url");
        yield return Found("installation.database.username", installation.Database.Username, "db.username");
        if (installation.Database.Password is not null)
        {
            yield return Found("installation.database.password", Hidden, "db.password");
        }

        if (installation.Index is { } index)
        {
            yield return Found("installation.index.path", index.Path, "dir.indexes.backup");
            yield return Found("installation.index.cron", index.Schedule.Expression, "index.backup.cronExpression");
        }

        yield return Found("installation.timeZone", installation.TimeZone.Id, "this machine");
        yield return Found(
            "installation.content.orphanProtectDays",
            installation.OrphanProtectDays.ToString(CultureInfo.InvariantCulture),
            "system.content.orphanProtectDays"
        );

        static OptionSource Found(string path, string value, string property) =>
            new(path, value, OptionOrigin.Discovered, property);
    }

    /// <summary>What a URL has after <c>?</c> may be a signature or a password.</summary>
    private static string Text(object? value) =>
        value switch
        {
            null => string.Empty,
            Secret => Hidden,
            TimeSpan duration => Duration.Format(duration),
            bool flag => flag ? "true" : "false",
            string[] list => string.Join(' ', list),
            IDictionary<string, string> map => string.Join(
                ' ',
                map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")
            ),
            string text => WithoutSecret(text),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
        };

    private static string WithoutSecret(string text)
    {
        int query = text.IndexOf('?', StringComparison.Ordinal);
        return
            query > 0
            && text.Contains("://", StringComparison.Ordinal)
            && !text.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            ? text[..(query + 1)] + Hidden
            : text;
    }
}
