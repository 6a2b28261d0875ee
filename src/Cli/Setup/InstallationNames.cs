using AlfrescoBackupFlows.Hosting.Options;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>Names for <c>installation.name</c>.</summary>
internal static class InstallationNames
{
    private const string Fallback = "alfresco";

    /// <summary>This machine's name without its domain, as far as it fits.</summary>
    public static string Usual(string machine)
    {
        string name = new([
            .. machine.ToLowerInvariant().Split('.')[0].Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
        ]);
        return FaultOf(name) is null ? name : Fallback;
    }

    /// <summary>As the end of a line that begins with the option; null where it fits.</summary>
    public static string? FaultOf(string name) => OptionRules.FaultOfName(name);
}
