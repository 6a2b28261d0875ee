using System.Reflection;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>
/// Everything that a configuration keeps secret: settings of type <see cref="Secret"/>, the content of files that
/// <see cref="SecretFileSettingAttribute"/> marks, and the password in Alfresco's own properties.
/// </summary>
public static class SecretSettings
{
    /// <summary>
    /// As it is now. What cannot be read is left out: whoever needs it says so.
    /// </summary>
    public static IReadOnlyList<Secret> In(LoadedOptions loaded)
    {
        Secret?[] read = [loaded.Passphrase, loaded.KeyFile, loaded.ConnectionString];
        Secret? own = Installation.FindPassword(loaded.Options.Installation);
        return [.. read.Append(own).OfType<Secret>(), .. InSection(loaded.Options)];
    }

    private static IEnumerable<Secret> InSection(object section)
    {
        foreach (OptionProperty option in OptionProperty.Of(section.GetType(), prefix: ""))
        {
            PropertyInfo property = option.Property;
            IEnumerable<Secret> found = property.GetValue(section) switch
            {
                { } inner when option.Shape is OptionShape.Section => InSection(inner),
                object[] inner when option.Shape is OptionShape.Sections => inner.SelectMany(InSection),
                Secret secret => [secret],
                string path when property.IsDefined(typeof(SecretFileSettingAttribute)) => InFile(path),
                _ => [],
            };
            foreach (Secret secret in found)
            {
                yield return secret;
            }
        }
    }

    /// <summary>A file of several lines is a key: a message could quote one of them.</summary>
    private static IEnumerable<Secret> InFile(string path)
    {
        const int LeastOfMany = 16;
        string text;
        try
        {
            text = SecretFile.Read(path, "a secret").Value.Reveal();
        }
        catch (PermanentException)
        {
            // Not there, or no text: a certificate with its key in binary form.
            return [];
        }

        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines.Length == 1
            ? [new Secret(text)]
            : lines.Where(static line => line.Length >= LeastOfMany).Select(static line => new Secret(line));
    }
}
