using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Options;

public sealed class PathSettingsTests
{
    private const string Relative = "some/where";

    // A new setting that is text is a path, or is named here.
    private static readonly string[] OtherText =
    [
        "drill.database",
        "drill.server",
        "drill.share",
        "installation.database.url",
        "installation.database.username",
        "installation.index.cron",
        "installation.index.kind",
        "installation.index.onWindow",
        "installation.index.solr.url",
        "installation.name",
        "installation.timeZone",
        "limitRate.read",
        "limitRate.upload",
        "mirror.url",
        "notify.mail.from",
        "notify.mail.server",
        "notify.mail.tls",
        "notify.mail.user",
        "notify.ping.url",
        "notify.summary",
        "repository.controlUrl",
        "repository.encryption",
        "repository.url",
        "restore.databaseUrl",
        "retention.maxUnused",
        "retention.pricePerGb",
        "schedule",
        "serve.urls",
        "verify.depth",
    ];

    private static readonly OptionProperty[] Settings = [.. OptionProperty.All(typeof(BackupOptions))];

    [Fact]
    public void Every_path_is_resolved_and_no_other_text_is_touched()
    {
        string directory = Path.GetTempPath();
        var options = new BackupOptions { Mirror = [new()] };
        OptionProperty[] texts = [.. Settings.Where(s => s.Property.PropertyType == typeof(string))];
        foreach (OptionProperty text in texts)
        {
            text.Property.SetValue(Section(options, text), Relative);
        }

        OptionProperty[] maps = [.. Settings.Where(s => s.Shape is OptionShape.Map)];
        foreach (OptionProperty map in maps)
        {
            Map(options, map)["one"] = Relative;
        }

        OptionPaths.Resolve(options, directory);

        string resolved = Path.GetFullPath(Relative, directory);
        Assert.Equal(
            OtherText,
            texts.Where(t => Value(options, t) == Relative).Select(t => t.Path).Order(StringComparer.Ordinal)
        );
        Assert.All(texts.Where(t => !OtherText.Contains(t.Path)), t => Assert.Equal(resolved, Value(options, t)));
        Assert.All(maps, map => Assert.Equal(resolved, Map(options, map)["one"]));
        Assert.Equal(
            ["installation.content.stores", "installation.index.solr.cores"],
            maps.Select(map => map.Path).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_secret_has_a_file_beside_it()
    {
        string[] secrets = [.. Settings.Where(s => s.Property.PropertyType == typeof(Secret)).Select(s => s.Path)];

        Assert.NotEmpty(secrets);
        Assert.All(
            secrets,
            secret => Assert.Contains(Settings, s => s.Path == secret + "File" && !OtherText.Contains(s.Path))
        );
    }

    private static string? Value(BackupOptions options, OptionProperty setting) =>
        (string?)setting.Property.GetValue(Section(options, setting));

    private static IDictionary<string, string> Map(BackupOptions options, OptionProperty setting) =>
        (IDictionary<string, string>)setting.Property.GetValue(Section(options, setting))!;

    private static object Section(BackupOptions options, OptionProperty setting) =>
        setting
            .Path.Split('.')[..^1]
            .Aggregate(
                (object)options,
                (section, key) =>
                    OptionProperty.Of(section.GetType(), "").Single(p => p.Key == key).Property.GetValue(section) switch
                    {
                        object[] list => list[0],
                        var inner => inner!,
                    }
            );
}
