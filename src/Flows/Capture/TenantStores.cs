using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Whether directories that tenants have for their content are captured.</summary>
internal static class TenantStores
{
    public const string Id = "tenant-not-covered";

    /// <param name="tenants"><c>alf_tenant.content_root</c>.</param>
    public static IEnumerable<Notice> Judge(Installation installation, IEnumerable<string> tenants) =>
        from tenant in tenants
        let path = PlainText.Escape(tenant)
        let held = path == tenant && installation.Roots.Any(root => root.Holds(tenant))
        where !held || !GivenPath.IsDirectory(tenant)
        select held
            ? new Notice(
                Id,
                $"A tenant keeps content in '{path}', which does not exist",
                "it is NOT in this set",
                "mount its volume"
            )
            : new Notice(
                Id,
                $"A tenant keeps content in '{path}', which is in no configured content root",
                "it is NOT in this set",
                "name it in installation.content.stores"
            );
}
