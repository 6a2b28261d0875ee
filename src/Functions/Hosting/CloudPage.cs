using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Web;
using AlfrescoBackupFlows.Web.Calls;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>The page where the app has a key for it. The keys of functions are the host's, and no worker knows them.</summary>
/// <param name="Page">Null: there is none.</param>
/// <param name="Known">Null without a page.</param>
public sealed record CloudPage(AbfPage? Page, SignIns? Known) : IDisposable
{
    /// <param name="key">The setting <c>ABF__SERVE__KEY</c>; null: no page.</param>
    public static CloudPage Create(Secret? key, FlowEnvironment environment, BackupApi api)
    {
        if (key is null)
        {
            return new CloudPage(null, null);
        }

        var host = new PageHost(environment, key)
        {
            // App Service ends TLS before the app, and takes no other requests.
            AlwaysTls = Environment.GetEnvironmentVariable("WEBSITE_SITE_NAME") is { Length: > 0 },
            NextBackup = NextBackup(environment),
        };
        var known = new SignIns(environment.Time);
        return new CloudPage(new AbfPage(host, known, api), known);
    }

    public void Dispose() => Known?.Dispose();

    /// <summary>By the clock of the host, as its timer goes. One that only the timer understands is not told.</summary>
    private static Func<DateTimeOffset, DateTimeOffset?> NextBackup(FlowEnvironment environment)
    {
        try
        {
            CronSchedule? schedule = environment.Options.Schedule is { } cron
                ? CronSchedule.Parse("schedule", cron, TimeZoneInfo.Local, environment.Time)
                : null;
            return now => schedule?.NextAfter(now);
        }
        catch (PermanentException)
        {
            return static _ => null;
        }
    }
}
