using System.Diagnostics.CodeAnalysis;
using TimeZoneConverter;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Time zones by IANA or Windows id.</summary>
internal static class TimeZones
{
    public static bool TryFind(string id, [NotNullWhen(true)] out TimeZoneInfo? zone) =>
        TZConvert.TryGetTimeZoneInfo(id, out zone!);
}
