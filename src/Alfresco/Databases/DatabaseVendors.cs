using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>The databases that can be backed up and restored.</summary>
public static class DatabaseVendors
{
    /// <summary>A line each.</summary>
    public static IReadOnlyList<IDatabaseVendor> All { get; } =
    [new PostgresVendor(), MySqlVendor.MySql, MySqlVendor.MariaDb];

    /// <summary>The schemes by which they are known, for messages.</summary>
    public static string Known => string.Join(", ", All.Select(static vendor => vendor.Schemes[0]));

    /// <summary>By the scheme of a URL, in lower case; null for an unknown one.</summary>
    public static IDatabaseVendor? Find(string scheme) =>
        All.FirstOrDefault(vendor => vendor.Schemes.Contains(scheme, StringComparer.Ordinal));
}
