using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>What a set says of how its dump was made.</summary>
/// <param name="Vendor"><see cref="DumpResult.Vendor"/>.</param>
/// <param name="ServerVersion"><see cref="DumpResult.ServerVersion"/>.</param>
/// <param name="ToolVersion"><see cref="DumpResult.ToolVersion"/>.</param>
public sealed record DumpOrigin(string Vendor, string ServerVersion, string ToolVersion)
{
    internal PermanentException RefusedBy(DatabaseConnection target) =>
        new(
            target.Names.Kind,
            $"{target.Names.Url}: the set holds a dump of {Vendor}, which {target.Vendor.Name} cannot load; name a "
                + $"{Vendor} database"
        );
}
