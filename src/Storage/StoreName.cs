using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Storage;

/// <summary>
/// How an administrator has named a store. Stores speak of the settings of the repository; the faults of another store
/// are told by its own.
/// </summary>
/// <param name="Url">The setting or option with its URL: <c>mirror.0.url</c>, <c>--to</c>.</param>
/// <param name="ConnectionStringFile">The setting or option with the file of its connection string.</param>
public sealed record StoreName(string Url, string ConnectionStringFile)
{
    /// <summary>The setting with the repository's own file.</summary>
    public const string RepositoryFile = "repository.connectionStringFile";

    /// <summary>What a fault of the repository's own place ends with; it is no help for any other store.</summary>
    public const string OrInit = ", or run 'abf init' to begin a repository";

    private const string RepositoryUrl = "repository.url";
    private const string OrVariable = " (or ABF__REPOSITORY__CONNECTIONSTRING)";

    /// <summary>The same fault of this store: its kind, ids and whether trying again may help stay.</summary>
    public AbfException Tell(AbfException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        string message = fault.Message.Replace(OrInit, "", StringComparison.Ordinal);
        if (ConnectionStringFile != RepositoryFile)
        {
            message = message
                .Replace(OrVariable, "", StringComparison.Ordinal)
                .Replace(RepositoryFile, ConnectionStringFile, StringComparison.Ordinal);
        }

        message = message.Replace(RepositoryUrl, Url, StringComparison.Ordinal);
        if (!message.StartsWith(Url, StringComparison.Ordinal) && !StartsWithFile(message))
        {
            message = $"{Url}: {message}";
        }

        // The cause, and not the fault itself: its message names the wrong store.
        return fault is TransientException
            ? new TransientException(fault.Kind, message, fault.InnerException) { Ids = fault.Ids }
            : new PermanentException(fault.Kind, message, fault.InnerException) { Ids = fault.Ids };
    }

    private bool StartsWithFile(string message) =>
        message.StartsWith($"{ConnectionStringFile}: ", StringComparison.Ordinal);
}
