using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>What <c>drill</c> must be.</summary>
internal static class DrillRules
{
    public static void Check(DrillOptions drill, OptionFaults faults)
    {
        TimeSpan every = drill.Every ?? TimeSpan.FromDays(1);
        faults.RequireRange("drill.every", every, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3660));
        if (drill is { Server: not null, Database: not null })
        {
            faults.Add("drill.server and drill.database are both set: leave one of them out");
        }

        if (drill is { Every: not null, Server: null, Database: null })
        {
            faults.Add(
                "drill.every is set, and nothing says where: set drill.server to postgresql://user@host:port, or "
                    + "drill.database to an empty database"
            );
        }

        if (!RetentionOptions.TryParsePart(drill.Share, out _))
        {
            faults.Add($"drill.share '{drill.Share}' does not fit: write a percentage such as 5%");
        }

        CheckDrillUrl(drill.Server, url => ServerUrl.Parse(url, null, null, "drill.server"), faults);
        CheckDrillUrl(
            drill.Database,
            url =>
                DatabaseConnection.FromRestoreUrl(
                    url,
                    password: null,
                    toolPath: null,
                    names: DatabaseSettingNames.RestoreTarget with
                    {
                        Url = "drill.database",
                        Username = "drill.database",
                        Password = "drill.passwordFile",
                    }
                ),
            faults
        );
    }

    private static void CheckDrillUrl(string? url, Func<string, DatabaseConnection> parse, OptionFaults faults)
    {
        try
        {
            if (url is not null)
            {
                parse(url);
            }
        }
        catch (PermanentException e)
        {
            faults.Add(e);
        }
    }
}
