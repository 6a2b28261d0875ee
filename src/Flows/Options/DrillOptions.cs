using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>The <c>drill</c> section: where restores are rehearsed, and how often by themselves.</summary>
public sealed partial class DrillOptions
{
    /// <summary>The host that stays rehearses where the last drill is so long ago; null: only when asked.</summary>
    public TimeSpan? Every { get; set; }

    /// <summary>A server on which a scratch database is made and dropped: <c>postgresql://user@host:port</c> or
    /// <c>mysql://user@host:port</c>.</summary>
    public string? Server { get; set; }

    /// <summary>In its place an empty database, which is empty again afterwards: <c>postgresql://user@host:port/name</c>
    /// or <c>mysql://...</c>.</summary>
    public string? Database { get; set; }

    /// <summary>A file that holds its password.</summary>
    [PathSetting]
    [SecretFileSetting]
    public string? PasswordFile { get; set; }

    /// <summary>The password itself, for the environment (<c>ABF__DRILL__PASSWORD</c>); refused in a file.</summary>
    public Secret? Password { get; set; }

    /// <summary>The directory beneath which a drill makes one of its own; null: that of temporary files.</summary>
    [PathSetting]
    public string? Scratch { get; set; }

    /// <summary>The part of the required files whose bytes are compared with the live store, such as <c>1%</c>.</summary>
    public string Share { get; set; } = "1%";

    /// <summary>Whether a database is the one that these settings name, or one that a drill made on their server: it
    /// alone gets their password.</summary>
    internal bool IsFor(string url) =>
        url == Database
        || (
            Server is not null
            && (
                url == Server
                || (MadeName().Match(url) is { Success: true } made && url == ServerUrl.Of(Server, made.Value))
            )
        );

    [GeneratedRegex("abf_drill_[0-9a-f]{32}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MadeName();
}
