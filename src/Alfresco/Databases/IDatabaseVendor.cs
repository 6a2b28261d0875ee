namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// One database product and its own tools. A new one is a folder with its vendor, source and target, and a line in
/// <see cref="DatabaseVendors"/>.
/// </summary>
public interface IDatabaseVendor
{
    /// <summary>As people write it, for messages.</summary>
    string Name { get; }

    /// <summary>The schemes of its URLs in lower case, the usual one first.</summary>
    IReadOnlyList<string> Schemes { get; }

    int DefaultPort { get; }

    /// <summary>
    /// Products that answer to each other's URLs share one: which of them was written does not make another
    /// installation.
    /// </summary>
    string Family { get; }

    /// <summary>The database of a live installation.</summary>
    /// <param name="tell">Gets a line where somebody else is waited for.</param>
    IDatabaseSource OpenSource(DatabaseConnection connection, Action<string> tell);

    /// <summary>The database that a restore fills.</summary>
    /// <param name="tell">Gets a line where somebody else is waited for.</param>
    IDatabaseTarget OpenTarget(DatabaseConnection connection, Action<string> tell);
}
