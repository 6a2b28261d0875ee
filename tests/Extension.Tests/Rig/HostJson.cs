using Microsoft.Extensions.Configuration;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>The settings that the app brings for its host.</summary>
internal static class HostJson
{
    /// <summary>Where the WebJobs SDK looks for them.</summary>
    public const string Section = "AzureWebJobs:";

    public static IConfigurationBuilder AddHostJson(this IConfigurationBuilder builder)
    {
        IConfigurationRoot file = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "host.json"))
            .Build();
        return builder.AddInMemoryCollection(
            from setting in file.AsEnumerable()
            where setting.Value is not null
            select KeyValuePair.Create(PlaceOf(setting.Key), setting.Value)
        );
    }

    private static string PlaceOf(string key) =>
        key.StartsWith("logging:", StringComparison.Ordinal) ? key : Section + key;
}
