using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>The live installation, where this host has one: a drill may be made elsewhere.</summary>
internal static class LiveRoots
{
    /// <param name="why">Why there is none.</param>
    public static Installation? TryDiscover(BackupOptions options, out string? why)
    {
        try
        {
            why = null;
            return Installation.Discover(options.Installation);
        }
        catch (PermanentException e)
        {
            why = e.Message.ReplaceLineEndings("; ");
            return null;
        }
    }
}
