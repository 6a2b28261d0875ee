using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Options;
using Xunit;

namespace AlfrescoBackupFlows.Hosting.Tests.Options;

/// <summary>Code, schema and documentation name the same settings.</summary>
public sealed class OptionsDocumentationTests
{
    private static readonly OptionProperty[] Settings = [.. OptionProperty.All(typeof(BackupOptions))];

    [Fact]
    public void The_schema_has_every_setting_and_no_other()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Docs("abf.schema.json")));

        Assert.Equal(
            Settings.Select(s => s.Path).Order(StringComparer.Ordinal),
            SchemaPaths(schema.RootElement, "").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_schema_names_the_defaults_of_the_code()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Docs("abf.schema.json")));
        var defaults = new BackupOptions();
        foreach (OptionProperty setting in Settings.Where(s => s.Shape is OptionShape.Value))
        {
            JsonElement node = Find(schema.RootElement, setting.Path);
            object? expected = setting.Property.GetValue(Owner(defaults, setting.Path));
            string? written = node.TryGetProperty("default", out JsonElement d) ? d.ToString() : null;
            object? parsed =
                expected is TimeSpan && Duration.TryParse(written ?? "", out TimeSpan duration) ? duration : written;
            Assert.Equal(expected?.ToString(), parsed?.ToString());
        }
    }

    [Fact]
    public void The_documentation_has_every_setting_and_no_other()
    {
        string text = File.ReadAllText(Docs("configuration.md"));
        IEnumerable<string> documented = Regex
            .Matches(
                text,
                @"^\| `(?<path>[A-Za-z.]+)` \|",
                RegexOptions.Multiline | RegexOptions.ExplicitCapture,
                TimeSpan.FromSeconds(1)
            )
            .Select(m => m.Groups["path"].Value);

        Assert.Equal(
            Settings
                .Where(s => s.Shape is not (OptionShape.Section or OptionShape.Sections))
                .Select(s => s.Path)
                .Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal)
        );
    }

    private static IEnumerable<string> SchemaPaths(JsonElement node, string prefix)
    {
        node = ItemOf(node);
        if (!node.TryGetProperty("properties", out JsonElement properties))
        {
            yield break;
        }

        Assert.False(node.GetProperty("additionalProperties").GetBoolean());
        foreach (JsonProperty property in properties.EnumerateObject().Where(p => p.Name != "$schema"))
        {
            yield return prefix + property.Name;
            foreach (string path in SchemaPaths(property.Value, prefix + property.Name + "."))
            {
                yield return path;
            }
        }
    }

    private static JsonElement Find(JsonElement node, string path) =>
        path.Split('.').Aggregate(node, (n, key) => ItemOf(n).GetProperty("properties").GetProperty(key));

    /// <summary>Of a list, what is in it.</summary>
    private static JsonElement ItemOf(JsonElement node) =>
        node.TryGetProperty("items", out JsonElement item) ? item : node;

    private static object Owner(object root, string path) =>
        path.Split('.')[..^1]
            .Aggregate(
                root,
                (o, key) =>
                    OptionProperty.Of(o.GetType(), "").Single(p => p.Key == key) is { Shape: OptionShape.Sections } list
                        ? Activator.CreateInstance(list.Property.PropertyType.GetElementType()!)!
                        : OptionProperty.Of(o.GetType(), "").Single(p => p.Key == key).Property.GetValue(o)!
            );

    private static string Docs(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", name);
}
