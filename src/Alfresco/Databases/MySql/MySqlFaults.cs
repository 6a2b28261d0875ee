namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Dump tools into whose dumps a hostile server can put statements and client commands, through what it says of its
/// version (MySQL up to 8.0.36 and 8.3, MariaDB before May 2024: CVE-2024-21096).
/// </summary>
internal static class MySqlFaults
{
    private static readonly Version[] FixedIn =
    [
        new(8, 0, 37),
        new(10, 5, 25),
        new(10, 6, 18),
        new(10, 11, 8),
        new(11, 0, 6),
        new(11, 1, 5),
        new(11, 2, 4),
    ];

    /// <summary>
    /// A version says whose tool it is: MySQL's are below 10, and so are MariaDB's old ones, which all have the fault.
    /// </summary>
    public static bool AreIn(Version tool) =>
        !(
            FixedIn.Any(first => (first.Major, first.Minor) == (tool.Major, tool.Minor) && tool >= first)
            || (tool.Major < 10 ? tool >= new Version(8, 4) : tool >= new Version(11, 4, 2))
        );
}
