using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using Microsoft.Extensions.Configuration;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>
/// Fills an options object from configuration and notes every key that is unknown and every value that does not fit.
/// The framework's own binder stops at the first fault and reads durations in ways that surprise.
/// </summary>
/// <param name="faults">Takes what is wrong.</param>
/// <param name="display">How a setting's path is written where it was read: as such, or as a variable's name.</param>
internal sealed class OptionBinder(OptionFaults faults, Func<string, string> display)
{
    // App Service hands over the reference itself where it could not read the secret; taken for a passphrase, it would
    // be one.
    private const string VaultReference = "@Microsoft.KeyVault(";

    private const string UnresolvedFix =
        "is a Key Vault reference that was not resolved: the app's settings show its status and why; "
        + "then refresh the references and restart the app (docs/cloud.md)";

    public void Bind(IConfiguration section, object target, string prefix)
    {
        IReadOnlyList<OptionProperty> properties = OptionProperty.Of(target.GetType(), prefix);
        foreach (IConfigurationSection child in section.GetChildren())
        {
            OptionProperty? property = properties.FirstOrDefault(p =>
                p.Key.Equals(child.Key, StringComparison.OrdinalIgnoreCase)
            );
            if (property is null)
            {
                faults.Add(
                    $"{display(prefix + child.Key)}: no such setting{Suggestion(child.Key, properties)}; remove it or correct its name"
                );
            }
            else
            {
                BindProperty(child, property, target);
            }
        }
    }

    private void BindProperty(IConfigurationSection section, OptionProperty option, object target)
    {
        PropertyInfo property = option.Property;
        bool isScalar = section.Value is not null && !section.GetChildren().Any();
        switch (option.Shape)
        {
            case OptionShape.Section when isScalar && section.Value!.Length > 0:
                faults.Add($"{display(option.Path)} is a section of settings, not a single value: write {{ ... }}");
                break;
            case OptionShape.Section:
                Bind(section, property.GetValue(target)!, option.Path + ".");
                break;
            case OptionShape.Sections:
                property.SetValue(target, BindList(section, option, (Array)property.GetValue(target)!));
                break;
            case OptionShape.List:
                property.SetValue(target, ReadList(section, option));
                break;
            case OptionShape.Map:
                ReadMap(section, option, (IDictionary<string, string>)property.GetValue(target)!);
                break;
            case OptionShape.Value when section.GetChildren().Any():
                faults.Add($"{display(option.Path)} is a single value, not a list or a section: write it in quotes");
                break;
            case OptionShape.Value when string.IsNullOrEmpty(section.Value):
                break; // Nothing given, which a variable can say only in this way.
            default:
                if (TryConvert(section.Value!, option, out object? value))
                {
                    property.SetValue(target, value);
                }

                break;
        }
    }

    /// <summary>A list of sections, over what is there: a variable may set one value of one of them.</summary>
    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2072",
        Justification = "Assemblies that have options are kept whole where the program is trimmed."
    )]
    private Array BindList(IConfigurationSection section, OptionProperty option, Array there)
    {
        Type type = option.Property.PropertyType.GetElementType()!;
        List<object> items = [.. there.Cast<object>()];
        if (!string.IsNullOrEmpty(section.Value))
        {
            faults.Add($"{display(option.Path)} '{section.Value}' is a list of sections: write [ {{ ... }} ]");
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            string path = $"{option.Path}.{child.Key}";
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                faults.Add($"{display(path)}: {option.Path} is a list of sections: write [ {{ ... }} ]");
            }
            else if (number > items.Count)
            {
                faults.Add($"{display(path)} has no place: {option.Path} has {items.Count} before it, counted from 0");
            }
            else if (!string.IsNullOrEmpty(child.Value))
            {
                faults.Add(
                    $"{display(path)} '{child.Value}' is a section of settings, not a single value: write {{ ... }}"
                );
            }
            else
            {
                items.AddRange(number == items.Count ? [Activator.CreateInstance(type)!] : []);
                Bind(child, items[number], path + ".");
            }
        }

        Array bound = Array.CreateInstance(type, items.Count);
        items.ToArray().CopyTo(bound, 0);
        return bound;
    }

    private string[] ReadList(IConfigurationSection section, OptionProperty option)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            faults.Add($"{display(option.Path)} '{section.Value}' is a list: write [ \"...\", \"...\" ]");
        }

        // Children are indices; the provider orders them by number.
        return [.. section.GetChildren().Select(c => c.Value ?? string.Empty)];
    }

    private void ReadMap(IConfigurationSection section, OptionProperty option, IDictionary<string, string> map)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            faults.Add(
                $"{display(option.Path)} is a section of names with values, not a single value: write {{ \"name\": \"...\" }}"
            );
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (string.IsNullOrEmpty(child.Value))
            {
                faults.Add($"{display(option.Path + "." + child.Key)} has no value: give one or remove it");
            }
            else
            {
                map[child.Key] = child.Value;
            }
        }
    }

    private bool TryConvert(string text, OptionProperty option, out object? value)
    {
        Type type = Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType;
        (value, string? fix) = type switch
        {
            _ when type == typeof(string) => (text, null),
            _ when type == typeof(Secret) => text.StartsWith(VaultReference, StringComparison.Ordinal)
                ? (null, UnresolvedFix)
                : (new Secret(text), null),
            _ when type == typeof(bool) => bool.TryParse(text, out bool b) ? (b, null) : (null, "write true or false"),
            _ when type == typeof(int) => int.TryParse(
                text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out int i
            )
                ? (i, null)
                : (null, "write a whole number"),
            _ when type == typeof(TimeSpan) => Duration.TryParse(text, out TimeSpan t)
                ? (t, (string?)null)
                : ((object?)null, Duration.Form),
            _ => throw new NotSupportedException($"{option.Path} has the type {type.Name}, which no rule reads."),
        };
        if (fix is not null)
        {
            faults.Add(
                type == typeof(Secret)
                    ? $"{display(option.Path)} {fix}"
                    : $"{display(option.Path)} '{text}' does not fit: {fix}"
            );
        }

        return fix is null;
    }

    private static string Suggestion(string key, IReadOnlyList<OptionProperty> properties)
    {
        if (
            key.Contains("password", StringComparison.OrdinalIgnoreCase) && properties.Any(p => p.Key == "passwordFile")
        )
        {
            return " (a password stands in a file of its own, named by passwordFile)";
        }

        // Names that differ by more letters than that are not near, and a key may be long.
        OptionProperty? near = properties
            .Where(p => Math.Abs(p.Key.Length - key.Length) <= 3)
            .MinBy(p => Distance(p.Key.ToLowerInvariant(), key.ToLowerInvariant()));
        return near is not null && Distance(near.Key.ToLowerInvariant(), key.ToLowerInvariant()) <= 3
            ? $" (did you mean {near.Key}?)"
            : string.Empty;
    }

    /// <summary>Levenshtein distance, for keys of a few characters.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
