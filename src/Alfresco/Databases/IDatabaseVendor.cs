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

    /// <summary>A database that every server of this product has: who makes one connects to it.</summary>
    string AnyDatabase { get; }

    /// <summary>The server, for who makes databases on it and drops them.</summary>
    IDatabaseServer OpenServer(DatabaseConnection connection);
}

/// <summary>A server on which scratch databases are made. Errors are of kind Target.</summary>
public interface IDatabaseServer
{
    /// <summary>Makes an empty database, fit to take any dump. One that is there already stays as it is.</summary>
    /// <param name="name">Of <c>a-z 0-9 _</c>.</param>
    /// <exception cref="PermanentException">No right to.</exception>
    Task CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Drops it with all that is in it, and ends who is connected to it. One that is not there is
    /// dropped.</summary>
    Task DropAsync(string name, CancellationToken cancellationToken);

    /// <summary>Whether there is one of this name.</summary>
    Task<bool> ExistsAsync(string name, CancellationToken cancellationToken);
}
