using AlfrescoBackupFlows.Platform.Errors;
using Quartz;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>
/// A Quartz cron expression (six or seven fields) in the zone in which Alfresco runs, read by Quartz's own parser.
/// </summary>
public sealed class SearchIndexSchedule
{
    /// <summary>Alfresco's default: each night at three.</summary>
    public const string Default = "0 0 3 * * ?";

    /// <summary>
    /// A firing further off than this is how administrators switch the job off (<c>0 0 3 1 1 ? 2099</c>): it counts as
    /// never.
    /// </summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(2 * 366);

    private readonly CronExpression _cron;

    private SearchIndexSchedule(CronExpression cron)
    {
        _cron = cron;
    }

    public string Expression => _cron.CronExpressionString;

    /// <summary>
    /// Malformed: <see cref="PermanentException"/> of kind Configuration that names <paramref name="setting"/>.
    /// </summary>
    public static SearchIndexSchedule Parse(string expression, TimeZoneInfo zone, string setting)
    {
        try
        {
            return new SearchIndexSchedule(new CronExpression(expression.Trim()) { TimeZone = zone });
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{setting} '{expression}' is not a Quartz cron expression ({e.Message.ReplaceLineEndings(" ")}): "
                    + $"write six or seven fields, such as {Default}",
                e
            );
        }
    }

    /// <summary>The first firing after <paramref name="after"/>; null for none, or none within two years.</summary>
    public DateTimeOffset? NextFiring(DateTimeOffset after) =>
        _cron.GetNextValidTimeAfter(after) is { } next && next - after <= Horizon ? next : null;
}
