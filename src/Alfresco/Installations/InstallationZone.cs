using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>The zone of an installation's days, for whoever needs nothing else of it.</summary>
public static class InstallationZone
{
    /// <summary>That of <c>installation.timeZone</c>, or the host's.</summary>
    /// <exception cref="PermanentException">Configuration: this machine does not know it.</exception>
    public static TimeZoneInfo Of(InstallationOptions options) =>
        string.IsNullOrWhiteSpace(options.TimeZone) ? TimeZoneInfo.Local
        : TimeZones.TryFind(options.TimeZone.Trim(), out TimeZoneInfo? zone) ? zone
        : throw new PermanentException(
            ErrorKind.Configuration,
            $"installation.timeZone '{options.TimeZone}' is not known on this machine: write an IANA id such as "
                + "Europe/Zurich (package tzdata), or a Windows id"
        );
}
