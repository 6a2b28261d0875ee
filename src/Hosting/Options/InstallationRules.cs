using AlfrescoBackupFlows.Alfresco.Installations;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>What <c>installation</c> must be.</summary>
internal static class InstallationRules
{
    public static void Check(InstallationOptions installation, OptionsScope scope, OptionFaults faults)
    {
        if (installation.Name is null)
        {
            if (scope is OptionsScope.Installation)
            {
                faults.Add("installation.name is not set: give the installation a name, such as acme");
            }
        }
        else if (OptionRules.FaultOfName(installation.Name) is { } fault)
        {
            faults.Add($"installation.name {fault}");
        }

        if (scope is OptionsScope.Installation && installation.GlobalProperties is null)
        {
            const string Or = "set it, or installation.globalProperties";
            faults.RequirePresent("installation.root", installation.Root, Or);
            faults.RequirePresent("installation.database.url", installation.Database.Url, Or);
        }

        faults.RequireRange(
            "installation.database.maxWait",
            installation.Database.MaxWait,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromDays(1)
        );
        faults.RequireChoice("installation.index.kind", installation.Index.Kind, ["lucene", "solr", "none"]);
        faults.RequireChoice("installation.index.onWindow", installation.Index.OnWindow, ["wait", "refuse"]);
        faults.RequireRange(
            "installation.index.maxWait",
            installation.Index.MaxWait,
            TimeSpan.Zero,
            TimeSpan.FromDays(7)
        );
        faults.RequireRange(
            "installation.index.maxAge",
            installation.Index.MaxAge,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromDays(366)
        );
        if (installation.Content.OrphanProtectDays is < 0)
        {
            faults.Add(
                $"installation.content.orphanProtectDays '{installation.Content.OrphanProtectDays}' is out of bounds: write 0 or more"
            );
        }
    }
}
