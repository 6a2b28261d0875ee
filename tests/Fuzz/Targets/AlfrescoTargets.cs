using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Properties;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>What an installation says of itself.</summary>
internal static class AlfrescoTargets
{
    private static readonly ContentUrlMap Map = new(["archive", "s2"]);

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        // A value may become a mebibyte long, by way of others.
        new("properties", ReadProperties) { ShortRun = 1000, Base = 128L << 20 },
        new("database-url", ReadUrl),
        new("content-url", LocateContent),
    ];

    /// <summary>Every value expanded, as discovery does it; the documented error of both is a FormatException.</summary>
    private static void ReadProperties(byte[] bytes)
    {
        try
        {
            JavaProperties properties = JavaProperties.Parse(bytes);
            foreach (string key in (string[])["a", "b", "db.url", "dir.root", "db.name", ""])
            {
                if (properties[key] is { } value)
                {
                    References.Expand(value, name => properties[name]);
                }
            }
        }
        catch (FormatException)
        {
            // Becomes a fault of the setting that names the file.
        }
    }

    private static void ReadUrl(byte[] bytes)
    {
        string url = Encoding.UTF8.GetString(bytes);
        Read(() => DatabaseConnection.FromInstallation(url, "user", null, null));
        Read(() => DatabaseConnection.FromRestoreUrl(url, null, null));

        static void Read(Func<DatabaseConnection> parse)
        {
            DatabaseConnection connection = parse();
            if (connection.Host.AsSpan().ContainsAny(',', '\0') || connection.Port is < 1 or > 65535)
            {
                throw new InvalidOperationException($"The host is {connection.Host}, the port {connection.Port}.");
            }
        }
    }

    private static void LocateContent(byte[] bytes)
    {
        ContentPlace place = Map.Locate(Encoding.UTF8.GetString(bytes));
        foreach (ContentPlace found in Map.LookFurther(place).Prepend(place))
        {
            string[] parts = Encoding.UTF8.GetString(found.Path).Split('/');
            if (found.Kind == ContentPlaceKind.File && parts.Any(part => part is "" or "." or ".."))
            {
                throw new InvalidOperationException("The place leads out of its root.");
            }
        }
    }
}
