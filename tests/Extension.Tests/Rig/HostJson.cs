using Microsoft.Extensions.Configuration;

namespace AlfrescoBackupFlows.Extension.Tests.Rig;

/// <summary>The settings that the app brings for its host.</summary>
internal static class HostJson
{
    /// <summary>Where the WebJobs SDK looks for them.</summary>
    public const string Section = "AzureWebJobs:";

    public static IConfigurationBuilder AddHostJson(this IConfigurationBuilder builder)
    {
        IConfigurationRoot file = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "host.json")).Build();
        return builder.AddInMemoryCollection(file.AsEnumerable().Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create(setting.Key.StartsWith("logging", StringComparison.Ordinal) ? setting.Key : Section + setting.Key, setting.Value)));
    }
}
