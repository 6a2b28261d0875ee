using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace AlfrescoBackupFlows.Flows.Options;

public enum OptionShape
{
    Value,
    List,
    Map,
    Section,

    /// <summary>A list of sections.</summary>
    Sections,
}

/// <summary>One setting: its path as an administrator writes it (<c>installation.index.maxWait</c>) and the property
/// that holds it.</summary>
public sealed record OptionProperty(string Path, string Key, OptionShape Shape, PropertyInfo Property)
{
    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "Assemblies that have options are kept whole where the program is trimmed."
    )]
    public static IReadOnlyList<OptionProperty> Of(Type type, string prefix) =>
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(p =>
                {
                    string key = JsonNamingPolicy.CamelCase.ConvertName(p.Name);
                    return new OptionProperty(prefix + key, key, ShapeOf(p.PropertyType), p);
                }),
        ];

    /// <summary>Every setting beneath a type, sections themselves included.</summary>
    public static IEnumerable<OptionProperty> All(Type type, string prefix = "") =>
        Of(type, prefix)
            .SelectMany(p =>
                p.Shape switch
                {
                    OptionShape.Section => All(p.Property.PropertyType, p.Path + ".").Prepend(p),
                    OptionShape.Sections => All(p.Property.PropertyType.GetElementType()!, p.Path + ".").Prepend(p),
                    _ => [p],
                }
            );

    private static OptionShape ShapeOf(Type type) =>
        type switch
        {
            _ when type == typeof(string[]) => OptionShape.List,
            _ when type == typeof(IDictionary<string, string>) => OptionShape.Map,
            _ when type.IsArray && ShapeOf(type.GetElementType()!) is OptionShape.Section => OptionShape.Sections,
            _ when type.IsClass && !type.IsArray && type.Name.EndsWith("Options", StringComparison.Ordinal) =>
                OptionShape.Section,
            _ => OptionShape.Value,
        };
}
