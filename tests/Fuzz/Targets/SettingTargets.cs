using System.Text;
using AlfrescoBackupFlows.Cli.Serve;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Azure;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>What an administrator, or a program that writes settings, gives.</summary>
internal static class SettingTargets
{
    private static readonly Lazy<string> SettingsFile = new(Path.GetTempFileName);

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 15, 0, TimeSpan.Zero);

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        // A fault for each unknown setting is a line of its own, with a suggestion.
        new("settings", ReadSettings)
        {
            ShortRun = 200,
            PerByte = 64 * 1024,
            MaxLength = 4096,
        },
        new("duration", bytes => _ = Duration.TryParse(Text(bytes), out _)),
        new("schedule", ReadSchedule) { ShortRun = 500 },
        new("serve-urls", bytes => ServeAddress.ParseAll(Text(bytes), new ServeOptions())),
        new("azure-url", bytes => _ = AzureLocation.Parse(Text(bytes)).Shown),
        new("path-prefix", bytes => _ = PathPrefix.Parse(Text(bytes)).RangeIn("contentstore")),
    ];

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static void ReadSettings(byte[] bytes)
    {
        File.WriteAllBytes(SettingsFile.Value, bytes);
        try
        {
            OptionsReader.Load(SettingsFile.Value, OptionsScope.Repository);
        }
        catch (AbfException e)
        {
            // One line a fault.
            foreach (string line in e.Message.Split('\n'))
            {
                if (PlainText.Escape(line).Length == 0)
                {
                    throw new InvalidOperationException("An empty fault.", e);
                }
            }
        }
    }

    private static void ReadSchedule(byte[] bytes)
    {
        CronSchedule schedule = CronSchedule.Parse("schedule", Text(bytes), TimeZoneInfo.Utc, TimeProvider.System);
        if (schedule.NextAfter(Now) <= Now)
        {
            throw new InvalidOperationException("The next occurrence is over.");
        }
    }
}
